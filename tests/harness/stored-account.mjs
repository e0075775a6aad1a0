// An account's stored form, read and written as it is pinned, so that tests see the stored data.

const FORMAT = 2;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The account in these bytes; times are seconds since the epoch. */
export function read(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const moved = (length) => (at += length) - length;
  const byte = () => view.getUint8(moved(1));
  const time = () => Number(view.getBigInt64(moved(8)));
  const characters = (length) => decoder.decode(bytes.subarray(moved(length), at));
  const text = () => characters(view.getUint16(moved(2)));
  const long = () => characters(view.getUint32(moved(4)));
  const option = (one) => (byte() ? one() : null);
  const list = (one) => Array.from({ length: byte() }, one);
  const remembered = () => ({ text: long(), until: time() });
  const proof = () => ({ level: byte(), outcome: byte(), at: time(), claims: option(remembered) });
  const session = () => ({
    id: text(), born_at: time(), expires_at: time(), listed_at: time(), hint: option(long), proof: option(proof),
  });
  if (byte() !== FORMAT) throw new Error("another format");
  const account = {
    not_before: time(), wakes_at: time(), sessions: list(session), attempts: list(remembered), logouts: list(remembered),
    left: option(remembered),
  };
  if (at !== bytes.byteLength) throw new Error("more than an account");
  return account;
}

/** The bytes of an account. */
export function written(account) {
  const out = [];
  const number = (value, length) => {
    for (let n = length - 1; n >= 0; n -= 1) out.push(Number((BigInt(value) >> BigInt(8 * n)) & 255n));
  };
  const time = (value) => number(value, 8);
  const text = (value, length = 2) => {
    const bytes = encoder.encode(value);
    number(bytes.length, length);
    out.push(...bytes);
  };
  const long = (value) => text(value, 4);
  const option = (value, one) => {
    out.push(value === null ? 0 : 1);
    if (value !== null) one(value);
  };
  const list = (values, one) => {
    out.push(values.length);
    values.forEach((value) => one(value));
  };
  const remembered = (value) => (long(value.text), time(value.until));
  const proof = (value) => (out.push(value.level, value.outcome), time(value.at), option(value.claims, remembered));
  out.push(FORMAT);
  time(account.not_before);
  time(account.wakes_at);
  list(account.sessions, (session) => {
    text(session.id);
    for (const each of [session.born_at, session.expires_at, session.listed_at]) time(each);
    option(session.hint, long);
    option(session.proof, proof);
  });
  list(account.attempts, remembered);
  list(account.logouts, remembered);
  option(account.left, remembered);
  return new Uint8Array(out);
}
