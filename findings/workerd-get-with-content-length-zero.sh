#!/usr/bin/env bash
# workerd 1.20261023.1: a GET that says `Content-Length: 0` has a body.
#
# Guess:     a request without a byte of body has `request.body === null`, and can be copied and sent on.
# Behaviour: `request.body` is a stream. `fetch(new Request(url, request))` sends it on, but the same call that also names
#            the method, `fetch(new Request(url, request), { method: request.method })`, throws a TypeError, because a GET
#            may have no body. Without the header both calls work. Some HTTP clients and load balancers send the header.
# Matters:   a Worker that forwards requests so answers such a GET with its own error, and its origin sees nothing.
# Source:    RFC 9110 section 8.6 lets a client send it; Fetch ("new Request") forbids a body for GET and HEAD.
set -euo pipefail
VERSION=1.20261023.1
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "workerd@$VERSION" >/dev/null

cat > worker.js <<'JS'
export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/origin") return new Response("arrived");
    const body = request.body === null ? "null" : "stream";
    const copy = () => new Request(`http://${request.headers.get("host")}/origin`, request.clone());
    const sent = async (init) => {
      try {
        return await (await fetch(copy(), init)).text();
      } catch (error) {
        return error.constructor.name;
      }
    };
    const seen = { copied: await sent(), named: await sent({ method: request.method }) };
    return new Response(`body ${body}; copied: ${seen.copied}; method named: ${seen.named}`);
  },
};
JS
cat > config.capnp <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "worker.js", esModule = embed "worker.js")], compatibilityDate = "2026-10-01", globalOutbound = "net")), (name = "net", network = (allow = ["private", "local"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
CAPNP
node_modules/.bin/workerd serve config.capnp --control-fd=3 3> control &
server=$!
for _ in $(seq 100); do grep -q port control && break; sleep 0.1; done
port=$(sed -n 's/.*"port": *\([0-9]*\).*/\1/p' control | head -1)

ask() { # the header lines beyond Host
  exec 5<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET / HTTP/1.1\r\nHost: 127.0.0.1:'"$port"'\r\nConnection: close\r\n%b\r\n' "$1" >&5
  tail -n 1 <&5 | tr -d '\r'
  exec 5>&-
}
plain=$(ask '')
zero=$(ask 'Content-Length: 0\r\n')
echo "workerd $(node_modules/.bin/workerd --version)"
echo "GET:                        $plain"
echo "GET with Content-Length: 0: $zero"
[[ "$plain" == *"method named: arrived" && "$plain" == "body null"* && "$zero" == "body stream; copied: arrived; method named: TypeError"* ]] || { echo "this has changed" >&2; exit 1; }
