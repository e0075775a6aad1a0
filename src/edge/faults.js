// Faults beneath the Worker, for tests: the only build with this file has the feature `fault-injection`.
//
// The header of any request names the faults, as words with spaces between them, and stays so for the whole
// isolate until a request says something else. Only a panic is the request's own. The bindings are wrapped, so that all
// that the Worker does about a failure is done.

/** The header; nothing that is released holds this text. */
const HEADER = "edge-fault-injection";

const HOUR = 3_600_000;

let told = [];
let stale = new Map();

const has = (fault) => told.includes(fault);
const never = () => new Promise((resolve) => setTimeout(resolve, HOUR));

/** The fault of an object: it throws, it hangs, or it goes on. */
async function struck(what) {
  if (has(`${what}-throws`)) throw new Error(`${what} fails`);
  if (has(`${what}-hangs`)) await never();
}

/** KV: what is put is there at once; a stale one goes on giving what it gave first. */
const documents = (kv) => ({
  async get(name) {
    await struck("kv-get");
    const value = await kv.get(name);
    if (!stale.has(name) && value !== null) stale.set(name, value);
    if (has("kv-get-stale")) return stale.get(name) ?? null;
    if (has("kv-get-empty")) return null;
    return has("kv-get-corrupt") && value !== null ? value.replace(/.(?=.{20}$)/s, "\u0000") : value;
  },
  async put(name, value) {
    await struck("kv-put");
    await kv.put(name, value);
  },
});

// How many questions were put while objects are reset or move: each first attempt fails.
let resets = 0;

/** The way to the accounts. */
const accounts = (namespace) => ({
  jurisdiction: (name) => accounts(namespace.jurisdiction(name)),
  getByName: (name) => ({
    async ask(question) {
      await struck("account");
      // The runtime's own words where the code of an object was updated; the next question finds the new object.
      if (has("account-resets") && (resets += 1) % 2 === 1) {
        throw Object.assign(new Error("Durable Object reset because its code was updated."), { durableObjectReset: true });
      }
      if (has("account-moves") && (resets += 1) % 2 === 1) throw Object.assign(new Error("Network connection lost."), { retryable: true });
      if (has("account-overloaded")) throw Object.assign(new Error("too much to do"), { overloaded: true, retryable: true });
      return namespace.getByName(name).ask(question);
    },
  }),
});

// The fate of the answer to the current question, which is one synchronous call.
let stored;

/** An account where it is kept. */
const kept = ({ storage }) => ({
  storage: {
    kv: {
      get(name) {
        stored = undefined;
        if (has("account-get-throws")) throw new Error("account-get fails");
        return storage.kv.get(name);
      },
      put(name, value) {
        if (has("account-put-throws")) throw new Error("account-put fails");
        storage.kv.put(name, value);
        stored = storage;
      },
    },
    setAlarm: (at) => storage.setAlarm(at),
    deleteAlarm: () => storage.deleteAlarm(),
    deleteAll: () => storage.deleteAll(),
  },
});

/** The answer of an account, which leaves when what was stored before it is confirmed. */
async function answer(bytes) {
  if (stored === undefined) return bytes;
  if (has("account-put-hangs")) await never();
  if (has("account-throws-afterwards")) {
    // The answer is lost, and what was written is not.
    await stored.sync();
    throw new Error("the account fails when it has stored");
  }
  return bytes;
}

const limiter = (sound) => ({
  async limit(what) {
    await struck("limiter");
    return sound?.limit(what) ?? { success: true };
  },
});

const WRAPPED = { DOCUMENTS: documents, ACCOUNTS: accounts, SIGN_IN_STARTS: limiter, REFUSED_NOTIFICATIONS: limiter, state: kept, answer };

/** One crossing for all: a request that says what fails, a binding to be wrapped, or a question about the two. */
export function fault(kind, value) {
  switch (kind) {
    case "request":
      if (value.headers.has(HEADER)) told = value.headers.get(HEADER).split(" ").filter(Boolean);
      return undefined;
    case "clock":
      return told.reduce((sum, word) => sum + Number(word.match(/^clock([+-]\d+)$/)?.[1] ?? 0), 0);
    case "panic-at-once":
    case "panic-later":
      return value?.headers.get(HEADER)?.split(" ").includes(kind) ?? false;
    default:
      return has(`${kind}-absent`) ? undefined : WRAPPED[kind](value);
  }
}
