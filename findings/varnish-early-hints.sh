#!/usr/bin/env bash
# Varnish 7.1.1: a backend that sends 103 Early Hints before its answer is a failed backend.
#
# Guess:     a proxy that does not know 103 skips it and takes the answer that follows (RFC 9110 section 15.2: a client must
#            be able to read one or more 1xx answers, even if it expects none).
# Behaviour: the client gets 503 "Backend fetch failed", although 200 follows in the same packet. A 100 is an error too.
# Matters:   Node's `writeEarlyHints`, Rails and Puma send 103 by one setting. Behind Varnish, each page with hints is then an
#            outage, and pages without them go on.
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
import socketserver


class Backend(socketserver.StreamRequestHandler):
    def handle(self):
        path = self.rfile.readline().split()[1]
        while self.rfile.readline().strip():
            pass
        before = {
            b"/hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n",
            b"/continue": b"HTTP/1.1 100 Continue\r\n\r\n",
        }.get(path, b"")
        self.wfile.write(before + b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\narrived")


socketserver.ThreadingTCPServer.daemon_threads = True
with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Backend) as server:
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
ask() { curl --silent --output body --write-out '%{http_code} ' "http://127.0.0.1:$port/$1" && sed -n '1p; s/.*<title>\(.*\)<.title>.*/\1/p' body | grep -v '<' ; }
for _ in $(seq 100); do ask plain >/dev/null && break; sleep 0.2; done
seen=$(for path in plain hints continue; do echo "$path: $(ask $path)"; done)
echo "$seen"
[ "$seen" = "plain: 200 arrived
hints: 503 503 Backend fetch failed
continue: 503 503 Backend fetch failed" ] || { echo "this has changed" >&2; exit 1; }
