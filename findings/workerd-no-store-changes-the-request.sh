#!/usr/bin/env bash
# workerd 1.20261023.1: `cache: "no-store"` on a subrequest adds request headers that the Worker did not set.
#
# Guess:     the option speaks to the platform's own cache; the origin sees the headers that the Worker sets.
# Behaviour: the origin gets `Pragma: no-cache` and, unless the request has a `Cache-Control`, `Cache-Control: no-cache`.
#            `If-None-Match` stays, but a framework that obeys `no-cache` in a request then never answers 304.
# Matters:   every conditional request of a signed-in person is answered in full.
# Source:    Fetch, "HTTP-network-or-cache fetch", steps on cache mode "no-store".
set -euo pipefail
VERSION=1.20261023.1
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "workerd@$VERSION" >/dev/null

cat > worker.js <<'JS'
const SHOWN = ["cache-control", "pragma", "if-none-match"];
export default {
  async fetch(request) {
    const origin = `http://${request.headers.get("host")}/origin`;
    if (new URL(request.url).pathname === "/origin") {
      return new Response(SHOWN.map((name) => `${name}=${request.headers.get(name)}`).join(" "));
    }
    const headers = { "if-none-match": '"a"', "cache-control": "max-age=0" };
    const plain = await (await fetch(origin, { headers })).text();
    const beside = await (await fetch(origin, { headers, cache: "no-store" })).text();
    const bare = await (await fetch(origin, { headers: { "if-none-match": '"a"' }, cache: "no-store" })).text();
    return Response.json({ plain, beside, bare });
  },
};
JS
cat > config.capnp <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (modules = [(name = "worker.js", esModule = embed "worker.js")], compatibilityDate = "2026-10-01", globalOutbound = "net")),
    (name = "net", network = (allow = ["private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
CAPNP
node_modules/.bin/workerd serve config.capnp --control-fd=3 3> control &
server=$!
for _ in $(seq 100); do grep -q port control && break; sleep 0.1; done
port=$(sed -n 's/.*"port": *\([0-9]*\).*/\1/p' control | head -1)
seen=$(curl -s "http://127.0.0.1:$port/")
echo "workerd $(node_modules/.bin/workerd --version)"
echo "$seen"
node -e '
const seen = JSON.parse(process.argv[1]);
const right = seen.plain === `cache-control=max-age=0 pragma=null if-none-match="a"`
  && seen.beside === `cache-control=max-age=0 pragma=no-cache if-none-match="a"`
  && seen.bare === `cache-control=no-cache pragma=no-cache if-none-match="a"`;
if (!right) { console.error("this has changed"); process.exit(1); }' "$seen"
