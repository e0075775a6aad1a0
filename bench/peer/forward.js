// The request as the origin gets it, and the answer as the browser gets it.

import { NAME } from "./session.js";

const REMOVED = /^(one-login-|x-forwarded-|(forwarded|true-client-ip|x-forwarded|x-original-(host|uri|url)|x-real-ip|x-rewrite-url|x-http-method(-override)?|x-method-override)$)/;

/** With an assertion the answer is for one person, and no cache may keep it. */
export async function forward(service, request, url, { assertion, renewal }) {
  const out = new Request(service.upstream + url.pathname + url.search, request);
  const headers = out.headers;
  for (const [name] of request.headers) if (REMOVED.test(name.replaceAll("_", "-"))) headers.delete(name);
  const cookies = request.headers.get("cookie");
  if (cookies !== null && cookies.includes(NAME)) {
    const others = cookies.split(";").filter((pair) => !pair.trimStart().startsWith("__Host-peer-"));
    if (others.length > 0) headers.set("cookie", others.join(";").trim());
    else headers.delete("cookie");
  }
  headers.set("x-forwarded-host", service.host);
  headers.set("x-forwarded-proto", "http");
  const address = request.headers.get("cf-connecting-ip");
  if (address !== null) headers.set("x-forwarded-for", address);
  if (assertion !== undefined) headers.set("one-login-assertion", assertion);
  const personal = assertion !== undefined;
  const answer = await fetch(out, personal ? { redirect: "manual", cache: "no-store" } : { redirect: "manual" });
  return personal ? kept(answer, renewal) : answer;
}

function kept(answer, renewal) {
  const caching = answer.headers.get("cache-control") ?? "";
  const says = (directive) => caching.split(",").some((part) => part.trim().toLowerCase() === directive);
  const closed = says("no-store") || (says("private") && renewal === undefined);
  if (closed && renewal === undefined) return answer;
  const out = new Response(answer.body, answer);
  if (!closed) out.headers.set("cache-control", "private, no-store");
  if (renewal !== undefined) out.headers.append("set-cookie", renewal);
  return out;
}
