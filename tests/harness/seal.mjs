// A second implementation of the session cookie, written only from its description, so that tests can make sessions of any
// age. It shares no code with the Worker: Node has ChaCha20-Poly1305, and this file adds the step to XChaCha20.

import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";

const rotate = (word, by) => ((word << by) | (word >>> (32 - by))) >>> 0;

/** One quarter round of ChaCha20 (RFC 8439 section 2.1). */
function quarter(s, a, b, c, d) {
  for (const [x, y, z, by] of [[a, b, d, 16], [c, d, b, 12], [a, b, d, 8], [c, d, b, 7]]) {
    s[x] = (s[x] + s[y]) >>> 0;
    s[z] = rotate(s[z] ^ s[x], by);
  }
}

/** The key for one extended nonce (draft-irtf-cfrg-xchacha section 2.2). */
export function hchacha20(key, nonce) {
  const bytes = Buffer.concat([Buffer.from("expand 32-byte k"), key, nonce]);
  const state = Uint32Array.from({ length: 16 }, (_, n) => bytes.readUInt32LE(4 * n));
  for (let round = 0; round < 10; round += 1) {
    for (let n = 0; n < 4; n += 1) quarter(state, n, n + 4, n + 8, n + 12);
    for (let n = 0; n < 4; n += 1) quarter(state, n, 4 + ((n + 1) & 3), 8 + ((n + 2) & 3), 12 + ((n + 3) & 3));
  }
  const out = Buffer.alloc(32);
  [0, 1, 2, 3, 12, 13, 14, 15].forEach((word, n) => out.writeUInt32LE(state[word], 4 * n));
  return out;
}

/** A sealed cookie's value. */
export function seal(secret, { purpose, binding, generation = "A", version = 1 }, content) {
  const key = Buffer.from(hkdfSync("sha256", Buffer.from(secret, "base64url"), "", `one-login-edge v1 ${purpose}`, 32));
  const nonce = randomBytes(24);
  const iv = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
  const cipher = createCipheriv("chacha20-poly1305", hchacha20(key, nonce.subarray(0, 16)), iv, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(`\x01${purpose}\0${binding}`), { plaintextLength: content.length });
  const sealed = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([Buffer.from([version]), Buffer.from(generation), nonce, sealed]).toString("base64url");
}

const seconds = (value) => {
  const out = Buffer.alloc(8);
  out.writeBigInt64BE(BigInt(value));
  return out;
};
const text = (value) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

/** A session's content: who, at which level, and when it was made and used, and its account last asked. */
export function session({ format = 1, subject = "urn:fdc:gov.uk:2022:made-in-a-test", level = 1, made, used, checked = used }) {
  // The second byte says which optional members follow: here only the e-mail address, which is verified.
  const head = [Buffer.from([format, 2]), randomBytes(16), text(subject), Buffer.from([level])];
  const times = [made, made, used, checked].map(seconds);
  return Buffer.concat([...head, ...times, Buffer.from([1]), text("made@example.gov.uk")]);
}
