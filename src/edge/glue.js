// The few things that are cheaper, or only possible, in JavaScript: each function is one crossing
// between WebAssembly and the platform. Nothing is decided here.
//
// Texts that travel together are joined by line feeds, which no method, address or header can hold.

import { afterLong, answered, asked, attend, overfull, sharedCaching, unreachable } from "./bindings.js";

/** Headers that speak only to shared caches. */
let shared;

/** How long an answer takes, in milliseconds, before what was decided at its request is out of date. */
const LONG = 5_000;

const encoder = new TextEncoder();

/**
 * Writes method, address and every header, all that a decision needs, and gives the length in bytes; one that is longer
 * than there is room for says that nothing can be relied on.
 */
export function read(request, into) {
  let text = `${request.method}\n${request.url}`;
  request.headers.forEach((value, name) => (text += `\n${name}\n${value}`));
  // Straight into WebAssembly's memory: the usual way of handing over a text costs three times as much.
  const { read, written } = encoder.encodeInto(text, into);
  return read === text.length ? written : 3 * text.length;
}

/** Variables and secrets as they are, bindings as `true`, as one JSON text. */
export function variables(env) {
  const found = {};
  for (const [name, value] of Object.entries(env)) {
    const plain = typeof value !== "object" || value === null ||
      Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
    found[name] = plain && typeof value !== "function" ? value : true;
  }
  return JSON.stringify(found);
}

/** The texts of a fault in both languages: heading, next step, and the fate of a form. */
const TROUBLE = [
  ["en", "Sorry, there is a problem with the service", "Try again later.",
    "We did not save what you just sent."],
  ["cy", "Mae’n ddrwg gennym, mae problem gyda’r gwasanaeth", "Rhowch gynnig arall arni yn nes ymlaen.",
    "Nid ydym wedi cadw’r hyn rydych newydd ei anfon."],
];

/**
 * The answer where WebAssembly cannot give one: a page for a browser, problem details (RFC 9457) for a program. The service
 * was not asked.
 */
export function trouble(request, status) {
  const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
  if (!/\btext\/html\b/.test(request.headers.get("accept") ?? "")) {
    headers["content-type"] = "application/problem+json";
    return new Response(JSON.stringify({ type: "about:blank", title: TROUBLE[0][1], status }), { status, headers });
  }
  headers["content-type"] = "text/html; charset=utf-8";
  headers["content-language"] = "en, cy";
  headers["content-security-policy"] = "default-src 'none'; frame-ancestors 'none'";
  const sent = request.method !== "GET" && request.method !== "HEAD";
  const parts = TROUBLE.map(([lang, title, next, lost]) =>
    `<div lang="${lang}"><h1>${title}</h1><p>${next}</p>${sent ? `<p>${lost}</p>` : ""}</div>`);
  const title = TROUBLE.map(([, title]) => title).join(" – ");
  const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>${parts.join("")}</main></body></html>`;
  return new Response(html, { status, headers });
}

/** An answer of the edge's own. */
export function respond(status, headers, body) {
  const out = new Headers();
  for (const [name, value] of pairs(headers)) out.append(name, value);
  return new Response(status === 204 ? null : body, { status, headers: out });
}

/**
 * Sends a request to the origin. Its answer is looked at once; it goes on untouched unless something
 * has to be changed.
 */
export async function forward(request, env, context, url, changes, target, personal, plan) {
  const started = Date.now();
  let answer;
  try {
    answer = await (target ?? globalThis).fetch(...changedRequest(request, url, changes, target, personal));
  } catch (error) {
    // workerd refuses what it cannot send with a TypeError of its own; one of another Worker's says that it is `remote`.
    const asked = !(error instanceof TypeError) || error.remote === true;
    const what = request.body === null ? "origin" : "upload";
    return unreachable(request, env, context, Date.now() - started, asked ? what : "request");
  }
  try {
    if (plan[5] === "1" && answer.webSocket !== null) answer = attended(request, env, context, answer);
    if (answer.status === 431 || answer.status === 400) {
      const page = overfull(request, env, context, answer.status);
      if (page !== undefined) {
        await answer.body?.cancel();
        return page;
      }
    }
    const headers = answer.headers;
    if (answer.status === 401) {
      const challenge = headers.get("www-authenticate");
      const page = /onelogin/i.test(challenge ?? "") ? await asked(request, env, context, challenge) : undefined;
      if (page !== undefined) {
        await answer.body?.cancel();
        return page;
      }
    }
    // These two do not make an answer personal.
    if (!personal && !headers.has("set-cookie") && !headers.has("location")) return answer;
    const isLong = personal && Date.now() - started > LONG;
    const wanted = answered(
      isLong ? afterLong(request, env, context, plan) : plan,
      answer.status,
      headers.get("cache-control"),
      headers.get("location"),
      headers.has("set-cookie") ? headers.getSetCookie().join("\n") : null,
      personal && (shared ??= lines(sharedCaching())).some((name) => headers.has(name)),
    );
    if (wanted === undefined) return answer;
    // The body, WebSocket and encoding of the answer stay what they are.
    const out = new Response(answer.body, answer);
    change(out.headers, wanted);
    return out;
  } catch {
    // An answer that cannot be laid out again, such as one with the status 999, must not go on.
    return unreachable(request, env, context, Date.now() - started, "answer");
  }
}

/** Why a socket is closed with its session: a code for private use (RFC 6455 section 7.4.2), so that a script can tell it. */
const SESSION_OVER = [4401, "session ended"];

/**
 * The same answer with a socket of ours between browser and origin, which hands on every message and closes both when the
 * session is over, or when that cannot be found out.
 */
function attended(request, env, context, answer) {
  const [outer, browser] = Object.values(new WebSocketPair());
  const origin = answer.webSocket;
  let timer;
  const close = (socket, code, reason) => {
    clearTimeout(timer);
    try {
      socket.close(code, reason);
    } catch {
      // It is closed already.
    }
  };
  const hand = (from, to, gone) => {
    from.binaryType = "arraybuffer";
    // A message that comes while the other side closes has no reader any more.
    from.addEventListener("message", ({ data }) => to.readyState === WebSocket.OPEN && to.send(data));
    from.addEventListener("close", ({ code, reason }) => {
      // No code is 1005, and a lost connection 1006; neither can be sent (RFC 6455 section 7.4.1).
      if (code === 1005) close(to);
      else close(to, code === 1006 ? gone : code, code === 1006 ? "" : reason);
    });
    from.addEventListener("error", () => close(to, gone));
    from.accept({ allowHalfOpen: true });
  };
  hand(browser, origin, 1001);
  hand(origin, browser, 1011);
  const look = async () => {
    const seconds = await (async () => attend(request, env, context))().catch(() => 0);
    if (browser.readyState !== WebSocket.OPEN) return;
    if (seconds > 0) timer = setTimeout(look, seconds * 1000);
    else for (const socket of [browser, origin]) close(socket, ...SESSION_OVER);
  };
  look();
  return new Response(null, { status: 101, headers: answer.headers, webSocket: outer });
}

/**
 * Words that lead past Cloudflare's cache. `cache: "no-store"` makes workerd say these two, and send `Cache-Control` and
 * `Pragma` of `no-cache` as well, for which an origin answers in full to a browser that asks whether its copy is good.
 * Source: workerd, src/workerd/api/http.c++, `Request::serializeCfBlobJson` and `fetchImplNoOutputLock`.
 */
const UNCACHED = { cacheTtl: -1, cacheLevel: "bypass" };

/**
 * The arguments of `fetch`. A copy of the headers is changed and the rest said in words, which costs half of what a
 * copy of the request does; a body has to stay with its request, and a binding is told where the client is.
 */
function changedRequest(request, url, changes, target, personal) {
  const { method, body } = request;
  const headers = new Headers(request.headers);
  change(headers, changes);
  const init = { method, headers, redirect: "manual" };
  if (personal) init.cf = UNCACHED;
  if (target !== undefined) init.cf = { ...request.cf, ...init.cf };
  if (body === null) return [url, init];
  if (method !== "GET" && method !== "HEAD") return [new Request(url, request), init];
  // A body of GET or HEAD means nothing (RFC 9110 sections 9.3.1 and 9.3.2), and some servers take it for the next
  // request. workerd takes even a length of 0 for a body, and sends no GET with one.
  for (const name of ["content-length", "transfer-encoding"]) headers.delete(name);
  return [url, init];
}

/** Sets each header of these pairs, or removes it where there is no value; cookies are added to each other. */
function change(headers, text) {
  const parts = lines(text);
  for (let n = 0; n < parts.length; n += 2) {
    const [name, value] = [parts[n], parts[n + 1]];
    if (value === "") headers.delete(name);
    else if (name === "set-cookie") headers.append(name, value);
    else headers.set(name, value);
  }
}

/** The lines of a text; none of an empty one. */
function lines(text) {
  return text ? text.split("\n") : [];
}

/** The pairs of a text in which names and values take turns. */
function pairs(text) {
  const parts = lines(text);
  return Array.from({ length: parts.length >> 1 }, (_, i) => [parts[2 * i], parts[2 * i + 1]]);
}

/** A file that was uploaded with the Worker, under headers of the edge's own. */
export async function asset(env, file, headers) {
  try {
    // The host is made up: only the path counts.
    const answer = await env.ASSETS.fetch(`https://assets/${file}`);
    if (answer.ok) {
      const out = new Headers();
      for (const [name, value] of pairs(headers)) out.append(name, value);
      return new Response(answer.body, { headers: out });
    }
    await answer.body?.cancel();
  } catch {
    // Without the binding, or when it fails, the page is readable without its style.
  }
  log('{"event":"asset","outcome":"failed","label":"unavailable"}');
  return respond(503, "cache-control\nno-store", "");
}

/** A call to the provider, bounded in time and size; gives its parts, or the name of an outage. */
export async function call(url, headers, body, timeout, most) {
  const named = new Headers();
  for (const [name, value] of pairs(headers)) named.append(name, value);
  const signal = AbortSignal.timeout(timeout);
  try {
    const answer = await fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers: named,
      body,
      redirect: "manual",
      cache: "no-store",
      signal,
    });
    const bytes = await bounded(answer, most);
    if (bytes === undefined) return "too_large";
    const said = (name) => answer.headers.get(name) ?? "";
    return [answer.status, said("cache-control"), said("retry-after"), bytes];
  } catch {
    return signal.aborted ? "timed_out" : "unreachable";
  }
}

/** The whole body of a message, or nothing when it is longer than allowed. */
async function bounded(message, most) {
  const { headers, body: stream } = message;
  // A stated length is kept by whoever reads the message; that of a compressed one says nothing of what becomes of it.
  const stated = headers.has("content-encoding") ? undefined : headers.get("content-length");
  if (/^\d{1,9}$/.test(stated) && Number(stated) <= most) return new Uint8Array(await message.arrayBuffer());
  const chunks = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.byteLength;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** The value of a promise, or `late` when it takes too long: a store that hangs must not hang us. */
function within(timeout, promise, late) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, timeout, late);
    const end = (settle) => (value) => {
      clearTimeout(timer);
      settle(value);
    };
    promise.then(end(resolve), end(reject));
  });
}

/** For how long a location may keep a document of KV, in seconds: the least that KV takes. */
const KV_AGE = { cacheTtl: 30 };

/** A document in KV: its text, `undefined` when KV has no document, or `false` when KV gives no answer. */
export async function stored(documents, name, timeout) {
  try {
    return (await within(timeout, documents.get(name, KV_AGE), false)) ?? undefined;
  } catch {
    return false;
  }
}

/** Stores a document in KV; whether that was done. */
export async function store(documents, name, text, timeout) {
  try {
    return (await within(timeout, documents.put(name, text), false)) !== false;
  } catch {
    return false;
  }
}

/**
 * Asks an account object, by its name. Gives the answer, or the name of an outage. A hanging object never answers,
 * so the limit is ours.
 */
export async function ask(accounts, jurisdiction, name, question, timeout) {
  const home = jurisdiction ? accounts.jurisdiction(jurisdiction) : accounts;
  // WebAssembly's memory does not stay as it is until the question has left; and a view takes its whole buffer along, the
  // memory and the keys in it, when workerd hands it to an object. The copy is as large as the question.
  const bytes = question.slice();
  // A stub that failed stays broken, so each attempt has its own.
  const attempt = async () => home.getByName(name).ask(bytes);
  const outage = (error) => (error?.overloaded ? "overloaded" : "unreachable");
  // Nothing of the object's own code made these: it moved or the way to it broke (`retryable`), or it was reset because its
  // code was updated or a gate of its storage broke (`durableObjectReset`). A question may be asked twice.
  // Source: workerd v1.20260822.1, src/workerd/jsg/exception.c++, `tunneledErrorType` (each error that begins `broken.`),
  // and src/workerd/jsg/util.c++, `decodeTunneledException`; Cloudflare's page of error handling for `retryable` and `overloaded`.
  const isTransient = (error) => error?.retryable || error?.durableObjectReset;
  const again = (error) => (isTransient(error) && !error.overloaded ? attempt().catch(outage) : outage(error));
  return within(timeout, attempt().catch(again), "timed_out");
}

/** Whether a limiter lets one more through; without one, or when it fails, it does. */
export async function withinLimit(limiter, key, timeout) {
  if (limiter === undefined) return true;
  try {
    return (await within(timeout, limiter.limit({ key }), { success: true })).success;
  } catch {
    return true;
  }
}

/** Waits on a timer of this request: workerd cancels a promise of another request when that request ends. */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** How long a body of our own may take to arrive, in milliseconds. */
const PATIENCE = 10_000;

/** The body of a request, bounded in size and time; nothing when it is longer, `false` when it breaks off or drips. */
export async function body(request, most) {
  return within(PATIENCE, bounded(request, most).catch(() => false), false);
}

/** The stored bytes of an account object, or nothing when there are none; another version may have stored a text. */
export function load({ storage }) {
  const stored = storage.kv.get("account");
  return typeof stored === "string" ? encoder.encode(stored) : stored;
}

/** Whether an account object is a list's, as its alarm has to know, which comes without a question. */
export function isList({ storage }) {
  return storage.kv.get("list") === true;
}

/** Stores the bytes of an account object and sets its alarm, if a new time is given; without bytes it leaves nothing. */
export function save({ storage }, bytes, alarm, list) {
  if (bytes === undefined) {
    storage.deleteAlarm();
    storage.deleteAll();
    return;
  }
  // The alarm comes first: bytes that say when it rings are never stored without it.
  if (alarm !== undefined) storage.setAlarm(alarm);
  storage.kv.put("account", bytes);
  if (list) storage.kv.put("list", true);
}

const ALGORITHMS = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
};

// Finished keys only: a promise would belong to the request that made it.
const keys = new Map();

const called = (id, algorithm, usage) => `${usage} ${algorithm} ${id}`;

/** Whether a private key is there, so that its numbers need not be handed over again. */
export function holds(id, algorithm) {
  return keys.has(called(id, algorithm, "sign"));
}

async function imported(id, jwk, algorithm, usage) {
  const name = called(id, algorithm, usage);
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = await crypto.subtle.importKey("jwk", JSON.parse(jwk), ALGORITHMS[algorithm], false, [usage]);
  if (keys.size >= 256) keys.clear();
  keys.set(name, key);
  return key;
}

/** A signature by a private key, which is imported once and cannot be read back. */
export async function sign(id, jwk, algorithm, message) {
  const key = await imported(id, jwk, algorithm, "sign");
  return new Uint8Array(await crypto.subtle.sign(ALGORITHMS[algorithm], key, message));
}

/** Whether a signature verifies; a key that cannot be imported verifies nothing. */
export async function verify(jwk, algorithm, message, signature) {
  try {
    // A public key is its own name.
    const key = await imported(jwk, jwk, algorithm, "verify");
    return await crypto.subtle.verify(ALGORITHMS[algorithm], key, signature, message);
  } catch {
    return false;
  }
}

/** Lets work go on after the answer was sent. */
export function after(context, work) {
  context.waitUntil(work);
}

/** One line for the operator. */
export function log(line) {
  console.log(line);
}

/**
 * A data point of Analytics Engine: labels as blobs, numbers as doubles. Events of one kind and service are sampled
 * together, so that a flood of refusals takes nothing from the precision of sign-ins.
 */
export function count(env, labels, number, seconds) {
  const blobs = labels.split("\n");
  try {
    env.NUMBERS.writeDataPoint({ indexes: [`${blobs[3]} ${blobs[0]}`.slice(0, 96)], blobs, doubles: [number, seconds] });
  } catch {
    // No request fails for a number.
  }
}
