// Signs a message of the service and sends it, or reads a key. One job arrives as JSON on standard input and one answer leaves on
// standard output, so that no command line holds a key or a person's identifier. A key answers { jwk, kid }, a message
// { status, body } or { error }, a file that holds none { fault }.
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

const send = async ({ privateKey, kid, alg }, { url, typ, claims, kid: named }) => {
  const now = Math.floor(Date.now() / 1000);
  const said = { ...claims, iat: now, exp: now + 60, jti: crypto.randomUUID() };
  const message = `${text({ alg, kid: named ?? kid, typ })}.${text(said)}`;
  const signature = crypto.sign('sha256', Buffer.from(message), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const options = { method: 'POST', redirect: 'manual', signal: AbortSignal.timeout(10_000) };
  const headers = { 'content-type': 'application/jwt' };
  try {
    const answer = await fetch(url, { ...options, headers, body: `${message}.${signature.toString('base64url')}` });
    return { status: answer.status, body: (await answer.text()).slice(0, 200) };
  } catch (error) {
    return { error: String(error.cause?.message ?? error.message) };
  }
};

const main = async job => {
  let key;
  try {
    key = keyOf(job.pem);
  } catch {
    return { fault: 'key' };
  }
  return job.claims ? send(key, job) : { jwk: key.jwk, kid: key.kid };
};

const job = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
main(job).then(answer => process.stdout.write(JSON.stringify(answer)));
