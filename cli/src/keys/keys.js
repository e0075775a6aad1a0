// Makes and reads keys and verifies with them, by Node's own cryptography. One job arrives as JSON on standard input and one answer leaves on
// standard output, so that no command line holds a secret. A key answers { kind, secret, … }, a file that holds none
// { fault }, a signature { good }.
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

// For a file with another kind of key the answer holds only that kind.
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

// RFC 7518 3.3 and 3.5. With another algorithm or a malformed key no signature is good.
const verify = ({ alg, key, message, signature }) => {
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = crypto.constants;
  const padding = { RS256: RSA_PKCS1_PADDING, PS256: RSA_PKCS1_PSS_PADDING }[alg];
  if (padding === undefined) return { good: false };
  try {
    const by = { key: crypto.createPublicKey({ key, format: 'jwk' }), padding, saltLength: 32 };
    return { good: crypto.verify('sha256', Buffer.from(message), by, Buffer.from(signature, 'base64url')) };
  } catch {
    return { good: false };
  }
};

const jobs = {
  rsa: ({ bits }) => made(crypto.generateKeyPairSync('rsa', { modulusLength: bits }).privateKey),
  ec: () => made(crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  session: () => ({ kind: 'session', secret: crypto.randomBytes(32).toString('base64url') }),
  // The sizes of One Login's documentation, "Integrating third-party platforms".
  client_secret: () => ({ secret: crypto.randomBytes(40).toString('base64'), salt: crypto.randomBytes(64).toString('base64') }),
  read: ({ pem }) => read(pem),
  verify,
};

const job = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(jobs[job.do](job)));
