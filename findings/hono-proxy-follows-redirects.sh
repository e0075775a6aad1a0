#!/usr/bin/env bash
# hono 4.13.19: the helper `proxy` follows the origin's redirects itself; `proxyRequest` of h3 2.0.8 hands them on.
#
# Guess:     a reverse proxy hands a 302 and its cookies to the browser, as nginx does, and as both helpers then would.
# Behaviour: hono asks for the target too and answers 200 with the target's page, at the first address. The redirect's `Set-Cookie`
#            is lost, and the request to the target goes without it. `redirect: "manual"` in the options hands on the 302.
# Matters:   "POST, redirect, GET" shows the page at the address of the form, and a reload asks for the form again. An origin that sets
#            its session cookie with a redirect never has it.
set -euo pipefail
VERSION=4.13.19
H3=2.0.8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "hono@$VERSION" "h3@$H3" >/dev/null
cat > finding.mjs <<'JS'
import http from "node:http";
import { H3, proxyRequest } from "h3";
import { Hono } from "hono";
import { proxy } from "hono/proxy";

const origin = http.createServer((request, response) => {
  if (request.url === "/start") response.writeHead(302, { location: "/account", "set-cookie": "session=1; Path=/" }).end();
  else response.end(`${request.url} with cookie ${request.headers.cookie ?? "none"}`);
});
await new Promise((listening) => origin.listen(0, "127.0.0.1", listening));
const address = `http://127.0.0.1:${origin.address().port}`;
const of = (options) => new Hono().get("/*", (context) => proxy(address + context.req.path, { headers: context.req.header(), ...options }));
const apps = {
  "hono": of({}),
  "hono, manual": of({ redirect: "manual" }),
  "h3": new H3().get("/**", (event) => proxyRequest(event, address + event.url.pathname)),
};
for (const [name, app] of Object.entries(apps)) {
  const answer = await app.request("/start");
  const { status, headers } = answer;
  console.log(`${name}: ${status} ${headers.get("location")}, ${headers.getSetCookie().length} cookie, "${await answer.text()}"`);
}
origin.close();
origin.closeAllConnections();
JS
echo "hono $VERSION, h3 $H3"
seen=$(node finding.mjs)
echo "$seen"
[ "$seen" = 'hono: 200 null, 0 cookie, "/account with cookie none"
hono, manual: 302 /account, 1 cookie, ""
h3: 302 /account, 1 cookie, ""' ] || { echo "this has changed" >&2; exit 1; }
