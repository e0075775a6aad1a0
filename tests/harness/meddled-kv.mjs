// A KV namespace that a test can make fail, and whose content it can change, as an attacker could who can write there. It
// listens at a port of its own, where a PUT of `/`, which is no key, says what happens from now on.

/** The module: it knows the ways to fail, and the changes of its content, by a word. */
const SOURCE = `const kept = new Map();
const first = new Map();
let mode = "sound";
const changes = {
  Empty: () => kept.clear(),
  CutShort: () => kept.forEach((value, key) => kept.set(key, value.slice(0, value.length / 2))),
  Changed: () => kept.forEach((value, key) => kept.set(key, value.slice(0, -9) + "x" + value.slice(-8))),
  PutBack: () => first.forEach((value, key) => kept.set(key, value)),
};
const late = () => new Promise((resolve) => setTimeout(resolve, 60_000, "late"));

export default {
  async fetch(request) {
    const key = new URL(request.url).pathname;
    const text = await request.text();
    if (key === "/") {
      if (text in changes) changes[text]();
      else mode = text;
      return new Response(null);
    }
    const isWrite = request.method === "PUT";
    if (mode === "hangs" && !isWrite) await late();
    if (mode === "broken" && isWrite) return new Response("broken", { status: 500 });
    if (isWrite) {
      kept.set(key, text);
      if (!first.has(key)) first.set(key, text);
      return new Response(null, { status: mode === "unconfirmed" ? 500 : 200 });
    }
    return kept.has(key) ? new Response(kept.get(key)) : new Response(null, { status: 404 });
  },
};
`;

/** Its module, with a socket at this port. */
export function meddledKv(worker, port) {
  worker.sockets.push({ service: "kv", port });
  return SOURCE;
}
