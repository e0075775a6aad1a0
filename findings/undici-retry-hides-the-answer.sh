#!/usr/bin/env bash
# undici 7.30.2: with the `retry` interceptor, a 503 to a POST is an error without an answer, although nothing is sent again.
#
# Guess:     the interceptor repeats a GET after a 503 and hands on the last answer. It does not repeat a POST, and so hands on
#            the 503 as it came.
# Behaviour: a GET has three requests and then `RequestRetryError`; a POST has one and the same error. `request` gives no answer to read, and
#            `fetch` says only "fetch failed". With `throwOnError: false` both get the 503 and its body.
# Matters:   an error of the token endpoint (`temporarily_unavailable` and the like in a 503) turns into an error of the network.
#            The caller has no `Retry-After` and no description.
set -euo pipefail
VERSION=7.30.2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "undici@$VERSION" >/dev/null
cat > finding.mjs <<'JS'
import http from "node:http";
import { Agent, fetch, interceptors, request } from "undici";

let requests = 0;
const server = http.createServer((_, response) => {
  requests += 1;
  response.writeHead(503, { "content-type": "application/json" }).end('{"error":"temporarily_unavailable"}');
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const address = `http://127.0.0.1:${server.address().port}/token`;
for (const throwOnError of [undefined, false]) {
  const dispatcher = new Agent().compose(interceptors.retry({ maxRetries: 2, minTimeout: 1, throwOnError }));
  const calls = {
    "GET by request": async () => (await (await request(address, { dispatcher })).body.json()).error,
    "POST by request": async () => (await (await request(address, { method: "POST", body: "a=b", dispatcher })).body.json()).error,
    "POST by fetch": async () => (await (await fetch(address, { method: "POST", body: "a=b", dispatcher })).json()).error,
  };
  for (const [name, call] of Object.entries(calls)) {
    requests = 0;
    const outcome = await call().catch((error) => `${error.name}: ${error.message}`);
    console.log(`${throwOnError ?? "default"}, ${name}: ${requests} sent, ${outcome}`);
  }
  await dispatcher.close();
}
server.close();
server.closeAllConnections();
JS
echo "undici $VERSION"
seen=$(node finding.mjs)
echo "$seen"
[ "$seen" = "default, GET by request: 3 sent, RequestRetryError: Request failed
default, POST by request: 1 sent, RequestRetryError: Request failed
default, POST by fetch: 1 sent, TypeError: fetch failed
false, GET by request: 3 sent, temporarily_unavailable
false, POST by request: 1 sent, temporarily_unavailable
false, POST by fetch: 1 sent, temporarily_unavailable" ] || { echo "this has changed" >&2; exit 1; }
