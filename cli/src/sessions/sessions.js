// Signs a message of the service, sends it where it has an address, or reads a key. One job arrives as JSON on standard input and
// one answer leaves on standard output, so that no command line holds a key or a person's identifier. A key answers { jwk, kid }, a
// message { token }, one that was sent { status, body } or { error }, a file that holds none { fault }. A token of before is `ours`
// where this key signed it. A `clock` is an address that is asked for its time: { ahead } says by how many seconds this machine is
// ahead of it, or null. `least` is the least `iat`. An invitation's codes are made here, 128 random bits each.
'use strict';
const crypto = require('node:crypto');

const keyOf = pem => {
  const privateKey = crypto.createPrivateKey(pem);
  const { kty, crv, x, y, n, e } = crypto.createPublicKey(privateKey).export({ format: 'jwk' });
  // RFC 7638 3.2: the required members in their order.
  const jwk = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y };
  if (kty !== 'RSA' && crv !== 'P-256') throw new Error('another curve');
  const kid = crypto.createHash('sha256').update(JSON.stringify(jwk)).digest('base64url');
  return { privateKey, jwk, kid, alg: kty === 'RSA' ? 'RS256' : 'ES256' };
};

const text = value => Buffer.from(JSON.stringify(value)).toString('base64url');

const sign = ({ privateKey, kid, alg }, { typ, claims, kid: named }) => {
  const message = `${text({ alg, kid: named ?? kid, typ })}.${text(claims)}`;
  const signature = crypto.sign('sha256', Buffer.from(message), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${message}.${signature.toString('base64url')}`;
};

const isOurs = ({ privateKey }, token) => {
  const [head, body, signature = ''] = token.split('.');
  const key = { key: crypto.createPublicKey(privateKey), dsaEncoding: 'ieee-p1363' };
  return crypto.verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
};

const send = async (url, token) => {
  const options = { method: 'POST', redirect: 'manual', signal: AbortSignal.timeout(10_000) };
  const headers = { 'content-type': 'application/jwt' };
  try {
    const answer = await fetch(url, { ...options, headers, body: token });
    return { status: answer.status, body: (await answer.text()).slice(0, 200) };
  } catch (error) {
    return { error: String(error.cause?.message ?? error.message) };
  }
};

const ahead = async url => {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    const date = Date.parse(answer.headers.get('date'));
    return Number.isNaN(date) ? null : Math.floor((Date.now() - date) / 1000);
  } catch {
    return null;
  }
};

const main = async job => {
  let key;
  try {
    key = keyOf(job.pem);
  } catch {
    return { fault: 'key' };
  }
  if (job.judged !== undefined) return { ours: isOurs(key, job.judged) };
  if (job.clock !== undefined) return { ahead: await ahead(job.clock) };
  if (!job.claims) return { jwk: key.jwk, kid: key.kid };
  const now = Math.floor(Date.now() / 1000);
  // A message that is sent counts once and soon.
  const once = job.url ? { exp: now + 60, jti: crypto.randomUUID() } : {};
  const codes = Array.from({ length: job.codes ?? 0 }, () => crypto.randomBytes(16).toString('base64url'));
  const named = codes.length ? { who: codes } : {};
  const token = sign(key, { ...job, claims: { ...job.claims, ...named, iat: Math.max(now, job.least ?? 0), ...once } });
  return job.url ? { ...(await send(job.url, token)), codes } : { token };
};

const job = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
main(job).then(answer => process.stdout.write(JSON.stringify(answer)));
