#!/usr/bin/env bash
# workerd 1.20261023.1: header values are UTF-8 on the wire, in both directions, and another byte is lost.
#
# Guess:     a header value is a ByteString (Fetch, "Headers class"): `headers.set("name", "Ŵyn")` throws a TypeError, and `Siân` goes
#            out as one byte for each character, as from Node's `fetch`.
# Behaviour: both go out as UTF-8 and throw nothing. In an answer, the UTF-8 bytes of `Ŵyn` are read as `Ŵyn`, where Node's `fetch`
#            reads a character for each byte. The one byte E2 of a server that writes ISO-8859-1 is read as U+FFFD.
# Matters:   code that encodes and decodes by Node's rule doubles the encoding at an edge: `Å´yn`. A header in ISO-8859-1, which
#            Node's server writes for `Siân`, reaches the Worker as `Si�n`, for good. Headers in ASCII are read alike.
set -euo pipefail
VERSION=1.20261023.1
work=$(mktemp -d)
trap 'kill ${server:-} 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "workerd@$VERSION" >/dev/null

cat > origin.mjs <<'JS'
import http from "node:http";
const server = http.createServer((request, response) => {
  if (request.url === "/read") return response.end(Buffer.from(request.headers.name ?? "", "latin1").toString("hex"));
  response.setHeader("Name", request.url === "/utf8" ? Buffer.from("Ŵyn").toString("latin1") : "Si\u00e2n");
  response.end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
JS
cat > worker.js <<'JS'
export default {
  async fetch(request, env) {
    const origin = `http://127.0.0.1:${env.PORT}`;
    const sent = async (name) => (await fetch(`${origin}/read`, { headers: { name } })).text();
    const read = async (path) => JSON.stringify((await fetch(origin + path)).headers.get("name"));
    return new Response(`sent: ${await sent("Siân")} ${await sent("Ŵyn")}\nread: ${await read("/utf8")} ${await read("/latin1")}`);
  },
};
JS
cat > config.capnp <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "worker.js", esModule = embed "worker.js")], compatibilityDate = "2026-10-01", bindings = [(name = "PORT", fromEnvironment = "PORT")], globalOutbound = "net")), (name = "net", network = (allow = ["private", "local"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
CAPNP
node origin.mjs >origin &
server=$!
for _ in $(seq 100); do [ -s origin ] && break; sleep 0.1; done
PORT=$(cat origin)
export PORT
node_modules/.bin/workerd serve config.capnp --control-fd=3 3> control 2>log &
server="$server $!"
for _ in $(seq 100); do grep -q port control && break; sleep 0.1; done
port=$(sed -n 's/.*"port": *\([0-9]*\).*/\1/p' control | head -1)
seen=$(curl --silent "http://127.0.0.1:$port/")
echo "workerd $(node_modules/.bin/workerd --version)"
echo "$seen"
[ "$seen" = 'sent: 5369c3a26e c5b4796e
read: "Ŵyn" "Si�n"' ] || { echo "this has changed" >&2; exit 1; }
