#!/usr/bin/env bash
# HAProxy 2.6.12: `jwt_payload_query` gives nothing for a text with `\/` in it, and half of the other escapes wrong.
#
# Guess:     the escapes of JSON (RFC 8259 section 7) are read: `"https:\/\/www.example.gov.uk"` is the text that
#            `"https://www.example.gov.uk"` is, and `"Si\u00e2n"` is the one that `"Siân"` is.
# Behaviour: with `\/` or with a `\u` above `\u00ff` there is no sample at all. `\u00e2` is the one byte E2, although `â` in
#            the token gives its two bytes of UTF-8. `\"` is read. Nothing is logged. `json_query` does the same.
# Matters:   `json_encode` of PHP writes `\/` and `\u` by default, and Python's `json.dumps` writes `\u`. So a rule that compares `iss`
#            refuses each token of an issuer in PHP, and a name reaches the server in two encodings, or not at all.
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
    http-request return status 200 content-type text/plain lf-string "[%[var(txn.text),hex]]"
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
# The texts in JSON; the answers are bytes in hexadecimal digits.
seen=$(for value in '"a/b"' '"a\/b"' '"\u0174yn"' '"â"' '"\u00e2"' '"\""'; do echo "$value: $(ask "$value")"; done)
echo "$seen"
[ "$seen" = '"a/b": [612F62]
"a\/b": []
"\u0174yn": []
"â": [C3A2]
"\u00e2": [E2]
"\"": [22]' ] || { echo "this has changed" >&2; exit 1; }
