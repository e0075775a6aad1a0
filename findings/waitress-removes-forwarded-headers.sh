#!/usr/bin/env bash
# waitress 3.0.2: `X-Forwarded-Proto`, `-Host` and `-For` never reach the application, so its own proxy setting has no effect.
#
# Guess:     a WSGI server hands these headers to the application, as gunicorn 27.0.1 does. Werkzeug's `ProxyFix`, or Django's
#            `SECURE_PROXY_SSL_HEADER`, then decides whom to believe.
# Behaviour: waitress removes them by default (`clear_untrusted_proxy_headers`), without a word in the log. Behind `ProxyFix` the
#            scheme stays `http` and the host is the origin's. With `--trusted-proxy='*'` and `--trusted-proxy-headers` waitress
#            reads them itself; with `--no-clear-untrusted-proxy-headers` the application sees them.
# Matters:   the same service with the same setting has right addresses under gunicorn, and under waitress redirects to
#            `http://origin.internal`. Django refuses each form as forged.
set -euo pipefail
VERSION=3.0.2
GUNICORN=27.0.1
work=$(mktemp -d)
started=()
trap 'for process in "${started[@]}"; do kill "$process" && wait "$process" || true; done 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "waitress==$VERSION" "gunicorn==$GUNICORN" werkzeug==3.1.9
cat > service.py <<'PYTHON'
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Request, Response


@Request.application
def service(request):
    return Response(f"{request.root_url} for {request.remote_addr}")


app = ProxyFix(service, x_for=1, x_proto=1, x_host=1)
PYTHON
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
ask() {
  local server
  python/bin/"$@" > log 2>&1 &
  server=$!
  started+=("$server")
  curl --silent --retry 50 --retry-delay 0 --retry-connrefused --retry-max-time 20 --header 'X-Forwarded-Proto: https' \
    --header 'X-Forwarded-Host: apply.service.gov.uk' --header 'X-Forwarded-For: 192.0.2.7' --header 'Host: origin.internal' "http://127.0.0.1:$port/" || cat log
  kill "$server"
  wait "$server" 2>/dev/null || true
}
echo "waitress $VERSION, gunicorn $GUNICORN, werkzeug 3.1.9"
seen="gunicorn: $(ask gunicorn --bind "127.0.0.1:$port" service:app)
waitress: $(ask waitress-serve --listen="127.0.0.1:$port" service:app)
waitress, not cleared: $(ask waitress-serve --listen="127.0.0.1:$port" --no-clear-untrusted-proxy-headers service:app)
waitress, trusted: $(ask waitress-serve --listen="127.0.0.1:$port" --trusted-proxy='*' --trusted-proxy-headers='x-forwarded-for x-forwarded-host x-forwarded-proto' service:app)"
echo "$seen"
[ "$seen" = "gunicorn: https://apply.service.gov.uk/ for 192.0.2.7
waitress: http://origin.internal/ for 127.0.0.1
waitress, not cleared: https://apply.service.gov.uk/ for 192.0.2.7
waitress, trusted: https://apply.service.gov.uk/ for 192.0.2.7" ] || { echo "this has changed" >&2; exit 1; }
