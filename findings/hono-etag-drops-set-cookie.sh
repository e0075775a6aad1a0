#!/usr/bin/env bash
# hono 4.13.19: behind the `etag` middleware, a 304 loses the `Set-Cookie` of the handler.
#
# Guess:     a 304 leaves out the body and what describes it (RFC 9110 section 15.4.5). A cookie that the handler set goes out, as it
#            does with Express 5.2.1 by default.
# Behaviour: the middleware keeps six headers of a 304 and drops each other one: `Set-Cookie`, `Content-Security-Policy` and the
#            service's own. `retainedHeaders` names more.
# Matters:   a session that a cookie renews at each visit ends for the person who only looks at pages that do not change. A cookie
#            that the handler deletes stays. Each test with a fresh client passes.
set -euo pipefail
VERSION=4.13.19
EXPRESS=5.2.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "hono@$VERSION" "express@$EXPRESS" >/dev/null
cat > finding.mjs <<'JS'
import express from "express";
import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { etag, RETAINED_304_HEADERS } from "hono/etag";

const made = (options) => {
  const app = new Hono();
  app.use(etag(options));
  app.get("/", (context) => {
    setCookie(context, "renewed", "1");
    context.header("x-own", "1");
    return context.text("page");
  });
  return (headers) => app.request("/", { headers });
};
const server = express()
  .get("/", (_, response) => response.cookie("renewed", "1").set("x-own", "1").send("page"))
  .listen(0, "127.0.0.1");
await new Promise((listening) => server.on("listening", listening));
const asks = {
  "hono": made(),
  "hono, retainedHeaders": made({ retainedHeaders: [...RETAINED_304_HEADERS, "set-cookie"] }),
  "express": (headers) => fetch(`http://127.0.0.1:${server.address().port}/`, { headers }),
};
for (const [name, ask] of Object.entries(asks)) {
  const first = await ask({});
  const second = await ask({ "if-none-match": first.headers.get("etag"), "cache-control": "max-age=0" });
  for (const { status, headers } of [first, second]) {
    console.log(`${name}: ${status}, ${headers.getSetCookie().length} cookie, x-own ${headers.get("x-own")}`);
  }
}
server.close();
server.closeAllConnections();
JS
echo "hono $VERSION, express $EXPRESS"
seen=$(node finding.mjs)
echo "$seen"
[ "$seen" = "hono: 200, 1 cookie, x-own 1
hono: 304, 0 cookie, x-own null
hono, retainedHeaders: 200, 1 cookie, x-own 1
hono, retainedHeaders: 304, 1 cookie, x-own null
express: 200, 1 cookie, x-own 1
express: 304, 1 cookie, x-own 1" ] || { echo "this has changed" >&2; exit 1; }
