#!/usr/bin/env bash
# HAProxy 2.6.12: `jwt_payload_query` without the type `int` gives a number with six digits: `exp` is `1.89346e+09`.
#
# Guess:     the number comes as it is in the token, `1893456000`, as a text does; the type `'int'` is for arithmetic.
# Behaviour: a number of more than six digits is rounded to six and written with an exponent. 1893456000 becomes 1.89346e+09, which
#            is 4000 seconds later. `jwt_payload_query('$.exp','int')` gives it whole. `true` is 1. `json_query` does the same.
# Matters:   a header `X-Session-Ends` or a log written without the type is up to 83 minutes off, and a test with a small number
#            passes. A reader that wants digits only refuses each request.
set -euo pipefail
work=$(mktemp -d)
started=
trap '[ -z "$started" ] || kill "$started"; rm -rf "$work"' EXIT
cd "$work"
packages=(haproxy=2.6.12-\* liblua5.3-0 libopentracing1 libopentracing-c-wrapper0)
apt-get download -qq "${packages[@]}" 2>/dev/null
for package in *.deb; do dpkg-deb --extract "$package" root; done
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
cat > haproxy.cfg <<'CFG'
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend example
    bind 127.0.0.1:PORT
    http-request set-var(txn.text) req.hdr(token),jwt_payload_query('$.value')
    http-request set-var(txn.int) req.hdr(token),jwt_payload_query('$.value','int')
    http-request return status 200 content-type text/plain lf-string "%[var(txn.text)] int %[var(txn.int)]"
CFG
root/usr/sbin/haproxy -v | sed -n 1p
# A port that is free now.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i "s/PORT/$port/" haproxy.cfg
root/usr/sbin/haproxy -db -f haproxy.cfg >log 2>&1 &
started=$!
ask() { # the claim's value in JSON
  token="e30.$(printf '{"value":%s}' "$1" | base64 -w0 | tr '+/' '-_' | tr -d =).AAAA"
  curl --silent --retry 20 --retry-connrefused --retry-delay 1 -H "token: $token" "http://127.0.0.1:$port/"
}
seen=$(for value in 123456 1893456000 true; do echo "$value: $(ask "$value")"; done)
echo "$seen"
[ "$seen" = "123456: 123456 int 123456
1893456000: 1.89346e+09 int 1893456000
true: 1 int 1" ] || { echo "this has changed" >&2; exit 1; }
