// Makes and reads keys with Node's own cryptography. One job arrives as JSON on standard input and one answer leaves on
// standard output, so that no secret stands on a command line. A key answers { kind, secret, … }, a file that holds none { fault }.
'use strict';
const crypto = require('node:crypto');

const made = privateKey => {
  const publicKey = crypto.createPublicKey(privateKey);
  const { modulusLength, publicExponent, namedCurve } = publicKey.asymmetricKeyDetails;
  return {
    kind: publicKey.asymmetricKeyType,
    curve: namedCurve,
    bits: modulusLength,
    exponent: publicExponent && String(publicExponent),
    secret: JSON.stringify(privateKey.export({ format: 'jwk' })),
    public: publicKey.export({ format: 'jwk' }),
  };
};

// The body of a PEM file, without its first and last line, in one line.
const body = jwk =>
  crypto.createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).split('\n').slice(1, -2).join('');

// A file of another kind of key answers its kind alone.
const read = pem => {
  if (/-----BEGIN (RSA )?PUBLIC KEY-----|-----BEGIN CERTIFICATE-----/.test(pem)) return { fault: 'public' };
  if (/ENCRYPTED/.test(pem)) return { fault: 'encrypted' };
  try {
    const key = crypto.createPrivateKey(pem);
    return ['rsa', 'ec'].includes(key.asymmetricKeyType) ? made(key) : { kind: key.asymmetricKeyType };
  } catch {
    return { fault: 'unreadable' };
  }
};

const jobs = {
  rsa: ({ bits }) => made(crypto.generateKeyPairSync('rsa', { modulusLength: bits }).privateKey),
  ec: () => made(crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  session: () => ({ kind: 'session', secret: crypto.randomBytes(32).toString('base64url') }),
  read: ({ pem }) => read(pem),
  body: ({ public: jwk }) => ({ pem: body(jwk) }),
};

const job = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(jobs[job.do](job)));
