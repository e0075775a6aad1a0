#!/usr/bin/env bash
# Varnish 7.1.1: an answer with `must-revalidate` is served stale, for ten seconds by default.
#
# Guess:     `must-revalidate` and `proxy-revalidate` forbid a stale answer (RFC 9111 sections 5.2.2.2 and 5.2.2.8), so after the second
#            of `max-age=1` the next request waits for the backend.
# Behaviour: neither ends the grace of 10 seconds (`default_grace`). The first request after the end gets the stale answer,
#            and Varnish fetches the new one behind its back. `stale-while-revalidate=0` is what ends it.
# Matters:   the first reader after a change has the old text: a key set without the new key, a page of a step that is over.
set -euo pipefail
work=$(mktemp -d)
started=()
trap 'for process in "${started[@]}"; do kill "$process" && wait "$process" || true; done 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq varnish=7.1.1-\* libvarnishapi3=7.1.1-\* libjemalloc2 2>/dev/null
for package in *.deb; do dpkg-deb --extract "$package" root; done
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
cat > backend.py <<'PYTHON'
import http.server

seen = {}
ends = {"/must": "must-revalidate", "/proxy": "proxy-revalidate", "/zero": "stale-while-revalidate=0"}


class Backend(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        seen[self.path] = seen.get(self.path, 0) + 1
        body = f"version {seen[self.path]}".encode()
        self.send_response(200)
        if self.path in ends:
            self.send_header("Cache-Control", "max-age=1, " + ends[self.path])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
PYTHON
python3 backend.py > backend &
started+=($!)
while [ ! -s backend ]; do sleep 0.1; done
printf 'vcl 4.1;\nbackend default { .host = "127.0.0.1"; .port = "%s"; }\n' "$(cat backend)" > example.vcl
# A port that is free now.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
root/usr/sbin/varnishd -V 2>&1 | sed -n 1p
mkdir state
root/usr/sbin/varnishd -F -a "127.0.0.1:$port" -T none -f "$work/example.vcl" -n "$work/state" >log 2>&1 &
started+=($!)
ask() { curl --silent "http://127.0.0.1:$port/$1"; }
for _ in $(seq 100); do [ "$(ask plain)" = "version 1" ] && break; sleep 0.2; done
for path in must proxy zero; do ask $path >/dev/null; done
sleep 3
seen=$(for path in must proxy zero; do
  first=$(ask $path)
  sleep 0.5
  echo "$path: $first, then $(ask $path)"
done)
echo "$seen"
[ "$seen" = "must: version 1, then version 2
proxy: version 1, then version 2
zero: version 2, then version 2" ] || { echo "this has changed" >&2; exit 1; }
