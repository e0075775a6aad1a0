#!/usr/bin/env bash
# nginx 1.22.1: the variable `$cookie_NAME` cannot name `__Host-session`, and nginx says nothing about it.
#
# Guess:     `$cookie___Host_session` reads `__Host-session`, as `$http_user_agent` reads `User-Agent`; or else
#            `$cookie___Host-session` reads it, or is an error of the configuration.
# Behaviour: the first is empty, because a cookie's name is compared without that exchange. The second is the variable
#            `$cookie___Host` and the text `-session`, so it is never empty. `nginx -t` takes both without a warning.
#            A `map` over `$http_cookie` with a regular expression reads the cookie.
# Matters:   no cookie of a `__Host-` or `__Secure-` name can be read this way. A `limit_req` or a cache key by the second
#            form has one value for all people.
set -euo pipefail
work=$(mktemp -d)
started=
trap '[ -z "$started" ] || kill "$started"; rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq nginx=1.22.1-\* 2>/dev/null
for package in *.deb; do dpkg-deb --extract "$package" root; done
cat > nginx.conf <<'CONF'
daemon off;
pid pid;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    map $http_cookie $session { "~(?:^|; )__Host-session=([^;]*)" $1; }
    server {
        listen 127.0.0.1:PORT;
        return 200 "underscore [$cookie___Host_session] hyphen [$cookie___Host-session] map [$session]";
    }
}
CONF
# A port that is free now.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i "s/PORT/$port/" nginx.conf
root/usr/sbin/nginx -v
root/usr/sbin/nginx -t -q -p "$work" -e errors -c nginx.conf
[ ! -s errors ] || { cat errors; echo "this has changed" >&2; exit 1; }
root/usr/sbin/nginx -p "$work" -e errors -c nginx.conf &
started=$!
seen=$(curl --silent --retry 20 --retry-connrefused --retry-delay 1 -H 'Cookie: __Host-session=abc' "http://127.0.0.1:$port/")
echo "$seen"
[ "$seen" = 'underscore [] hyphen [-session] map [abc]' ] || { echo "this has changed" >&2; exit 1; }
