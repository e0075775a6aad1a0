#!/usr/bin/env bash
# Node 22.23.3 (undici 6.28.1) and undici 8.13.1: `fetch` sends `Sec-Fetch-Mode` and overwrites the one that the caller sets.
#
# Guess:     Node is no browser and knows no forbidden header names: it sends no `Sec-Fetch-*` of its own, and a header that the
#            caller sets goes out as it was set.
# Behaviour: each request has `Sec-Fetch-Mode: cors` and `Accept-Language: *`, without `Sec-Fetch-Site` and `Sec-Fetch-Dest`,
#            although today's browsers send the three together. A `navigate` of the caller's becomes `cors`; `Sec-Fetch-Site`,
#            `Sec-Fetch-Dest` and `Accept-Language` stay as set. `request` of undici adds nothing and changes nothing.
# Matters:   a server takes a program for the script of a page, and a monitor cannot act as a navigation with `fetch`.
#            Where a server answers navigations with a redirect and scripts with 401, it sees the wrong one.
set -euo pipefail
VERSION=8.13.1
NODE=22.23.3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "undici@$VERSION" "node@$NODE" >/dev/null
cat > finding.mjs <<'JS'
import http from "node:http";
import * as undici from "undici";

const NAMES = ["sec-fetch-mode", "sec-fetch-site", "sec-fetch-dest", "accept-language"];
const server = http.createServer((request, response) => response.end(NAMES.map((name) => request.headers[name] ?? "-").join(" ")));
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const address = `http://127.0.0.1:${server.address().port}/`;
const headers = { "sec-fetch-mode": "navigate", "sec-fetch-site": "none", "sec-fetch-dest": "document", "accept-language": "cy" };
for (const [name, fetched] of [["Node", fetch], ["undici", undici.fetch]]) {
  console.log(`${name} fetch: ${await (await fetched(address)).text()}`);
  console.log(`${name} fetch, headers set: ${await (await fetched(address, { headers })).text()}`);
}
console.log(`undici request: ${await (await undici.request(address)).body.text()}`);
console.log(`undici request, headers set: ${await (await undici.request(address, { headers })).body.text()}`);
await undici.getGlobalDispatcher().close();
server.close();
server.closeAllConnections();
JS
node_modules/.bin/node -p '`node ${process.version}, its undici ${process.versions.undici}, undici '"$VERSION"'`'
seen=$(node_modules/.bin/node finding.mjs)
echo "$seen"
[ "$seen" = "Node fetch: cors - - *
Node fetch, headers set: cors none document cy
undici fetch: cors - - *
undici fetch, headers set: cors none document cy
undici request: - - - -
undici request, headers set: navigate none document cy" ] || { echo "this has changed" >&2; exit 1; }
