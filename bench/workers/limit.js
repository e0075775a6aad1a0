// The limit: every call of the platform that a whole answer needs, in the cheapest form that was found, and no decision. A
// Worker that does less reads no header, signs nothing, verifies nothing, or keeps nothing.

import { DurableObject } from "cloudflare:workers";

const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const encoder = new TextEncoder();
const memory = new Uint8Array(65_536);
const ROW = new Uint8Array(900);
const LINE = JSON.stringify({ event: "signed_in", level: "Cl.Cm" });
let clientKey, providerKey;

export default {
  fetch(request, env) {
    // A decision needs all of this in one text, in the memory of WebAssembly.
    let text = `${request.method}\n${request.url}`;
    request.headers.forEach((value, name) => (text += `\n${name}\n${value}`));
    encoder.encodeInto(text, memory);
    const path = request.url.slice(request.url.indexOf("/", 8));
    if (path.startsWith("/public/")) return forward(request, env, path, false);
    if (path.startsWith("/auth/callback")) return callback(request, env, path);
    if (path === "/auth/backchannel-logout") return notification(request, env);
    const at = text.indexOf("__Host-limit-session=");
    if (at < 0) return start(env);
    return env.ASKS ? asked(request, env, path, text.slice(at + 21, text.indexOf(";", at))) : forward(request, env, path, true);
  },
};

/** A person's account, which keeps as many bytes as a real one. */
export class Account extends DurableObject {
  ask(question) {
    const row = this.ctx.storage.kv.get("account");
    if (question[0] === 0) return row !== undefined;
    if (row === undefined) this.ctx.storage.setAlarm(Date.now() + 43_200_000);
    // SQLite writes no page whose bytes stay as they are (`btreeOverwriteContent` in its btree.c).
    crypto.getRandomValues(ROW.subarray(0, 16));
    this.ctx.storage.kv.put("account", ROW);
    return true;
  }

  alarm() {}
}

const ask = (env, subject, kind) => env.ACCOUNTS.getByName(subject).ask(new Uint8Array([kind]));

async function asked(request, env, path, subject) {
  await ask(env, subject, 0);
  return forward(request, env, path, true);
}

async function forward(request, env, path, personal) {
  const headers = new Headers(request.headers);
  headers.delete("x-forwarded-for");
  headers.set("cookie", "theme=dark; seen=1");
  headers.set("x-forwarded-host", env.HOST);
  headers.set("x-forwarded-proto", "http");
  const init = { method: request.method, headers, redirect: "manual" };
  if (personal) {
    headers.set("one-login-assertion", env.ASSERTION);
    init.cf = { cacheTtl: -1, cacheLevel: "bypass" };
  }
  const answer = await fetch(env.ORIGIN + path, init);
  if (!personal || answer.headers.get("cache-control") !== null) return answer;
  const kept = new Response(answer.body, answer);
  kept.headers.set("cache-control", "private, no-store");
  return kept;
}

async function signature(env, message) {
  clientKey ??= await crypto.subtle.importKey("jwk", JSON.parse(env.CLIENT_KEY), RS256, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign(RS256, clientKey, encoder.encode(message))).toBase64({ alphabet: "base64url" });
}

async function start(env) {
  const [state, nonce] = [crypto.randomUUID(), crypto.randomUUID()];
  const payload = btoa(JSON.stringify({ state, nonce, rest: "x".repeat(600) })).replace(/=+$/, "");
  const object = `e30.${payload}.${await signature(env, payload)}`;
  return new Response(null, {
    status: 302,
    headers: {
      location: `${env.ISSUER}authorize?response_type=code&client_id=peer&request=${object}`,
      "set-cookie": `__Host-limit-attempt-${state}=${"x".repeat(500)}; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax`,
      "cache-control": "no-store",
    },
  });
}

/** Whether a token's signature verifies, by the provider's key, which is fetched once. */
async function verified(env, token) {
  if (providerKey === undefined) {
    const { keys } = await (await fetch(`${env.ISSUER}.well-known/jwks.json`)).json();
    providerKey = await crypto.subtle.importKey("jwk", keys[0], ES256, false, ["verify"]);
  }
  const end = token.lastIndexOf(".");
  const bytes = Uint8Array.fromBase64(token.slice(end + 1), { alphabet: "base64url" });
  if (!(await crypto.subtle.verify(ES256, providerKey, bytes, encoder.encode(token.slice(0, end))))) throw new Error("not verified");
  return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
}

async function callback(request, env, path) {
  const code = path.slice(path.indexOf("code=") + 5, path.indexOf("&"));
  const proof = await signature(env, "x".repeat(300));
  const answer = await fetch(`${env.ISSUER}token`, { method: "POST", body: `grant_type=authorization_code&code=${code}&client_assertion=${proof}` });
  const tokens = await answer.json();
  const { sub } = await verified(env, tokens.id_token);
  const info = await fetch(`${env.ISSUER}userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  await info.json();
  await ask(env, sub, 1);
  console.log(LINE);
  const headers = new Headers({ location: "/account/plain/page", "cache-control": "no-store" });
  headers.append("set-cookie", `__Host-limit-session=${sub}; Path=/; Secure; HttpOnly; SameSite=Lax`);
  headers.append("set-cookie", `__Host-limit-attempt=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax`);
  return new Response(null, { status: 303, headers });
}

async function notification(request, env) {
  const body = await request.text();
  const { sub } = await verified(env, body.slice("logout_token=".length));
  await ask(env, sub, 1);
  console.log(LINE);
  return new Response(null, { headers: { "cache-control": "no-store" } });
}
