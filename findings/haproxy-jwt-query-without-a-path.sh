#!/usr/bin/env bash
# HAProxy 2.6.12: `jwt_header_query` and `jwt_payload_query` without a path give nothing, although the manual has them.
#
# Guess:     the manual (section 7.3.1) says that without a parameter the converters give the decoded part of the token, so
#            that a regular expression can judge the whole header.
# Behaviour: both give no sample, and an `acl` on them never matches. With a path, `jwt_header_query('$.alg')`, they give the
#            member; `word(1,.),ub64dec` gives the whole header.
# Matters:   a rule that asks for the whole header refuses every token, and nothing is logged that says why.
set -euo pipefail
work=$(mktemp -d)
started=
trap '[ -z "$started" ] || kill "$started"; rm -rf "$work"' EXIT
cd "$work"
packages=(haproxy liblua5.3-0 libopentracing1 libopentracing-c-wrapper0)
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
    http-request set-var(txn.alg) req.hdr(token),jwt_header_query('$.alg')
    http-request return status 200 content-type text/plain lf-string "header [%[req.hdr(token),jwt_header_query]] payload [%[req.hdr(token),jwt_payload_query]] alg [%[var(txn.alg)]] decoded [%[req.hdr(token),word(1,.),ub64dec]]"
CFG
version=$(root/usr/sbin/haproxy -v | sed -n 1p)
echo "$version"
# A port that is free now.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i "s/PORT/$port/" haproxy.cfg
root/usr/sbin/haproxy -db -f haproxy.cfg >log 2>&1 &
started=$!
token="$(printf '{"alg":"ES256","typ":"JWT"}' | base64 -w0 | tr -d =).$(printf '{"sub":"x"}' | base64 -w0 | tr -d =).AAAA"
seen=$(curl --silent --retry 20 --retry-connrefused --retry-delay 1 -H "token: $token" "http://127.0.0.1:$port/")
echo "$seen"
[ "$seen" = 'header [] payload [] alg [ES256] decoded [{"alg":"ES256","typ":"JWT"}]' ] || { echo "this has changed" >&2; exit 1; }
