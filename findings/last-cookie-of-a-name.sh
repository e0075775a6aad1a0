#!/usr/bin/env bash
# Django, Starlette and aiohttp take the last cookie of a name, Werkzeug and Express' cookie parser the first.
#
# Guess:     a server takes the first. A user agent sends the cookie of the longer path first (RFC 6265 section 5.4): the one for
#            `/account` comes before the one for `/`.
# Behaviour: of `theme=account; theme=all` Django 5.2.19, Starlette 1.10.0 and aiohttp 3.14.5 read "all". Werkzeug 3.1.9, which has both
#            in `getlist`, and cookie 1.1.1 read "account". The standard library's `SimpleCookie` also keeps the last.
# Matters:   a cookie with the wider path wins in one half of a service and loses in the other. A cookie that an earlier version set for
#            `/` hides the one of today, and no deletion at `/account` helps. Give a new path a new name.
set -euo pipefail
COOKIE=1.1.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "cookie@$COOKIE" tough-cookie@6.1.0 >/dev/null
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check django==5.2.19 starlette==1.10.0 aiohttp==3.14.5 werkzeug==3.1.9
# The header comes from a jar, which holds one cookie for each path.
cat > jar.mjs <<'JS'
import { CookieJar } from "tough-cookie";

const jar = new CookieJar();
for (const cookie of ["theme=all; Path=/", "theme=account; Path=/account"]) await jar.setCookie(cookie, "https://apply.service.gov.uk/account/");
console.log(await jar.getCookieString("https://apply.service.gov.uk/account/"));
JS
cat > finding.py <<'PYTHON'
import sys
from http.cookies import SimpleCookie
from aiohttp.test_utils import make_mocked_request
from django.http.cookie import parse_cookie
from starlette.requests import Request as Starlette
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as Werkzeug

header = sys.argv[1]
werkzeug = Werkzeug({**EnvironBuilder().get_environ(), "HTTP_COOKIE": header}).cookies
read = {
    "django": parse_cookie(header),
    "starlette": Starlette({"type": "http", "headers": [(b"cookie", header.encode())]}).cookies,
    "aiohttp": make_mocked_request("GET", "/", headers={"Cookie": header}).cookies,
    "SimpleCookie": {name: morsel.value for name, morsel in SimpleCookie(header).items()},
    "werkzeug": werkzeug,
}
for name, cookies in read.items():
    print(f"{name}: {cookies['theme']}")
print("werkzeug, getlist:", *werkzeug.getlist("theme"))
PYTHON
header=$(node jar.mjs)
seen="$header
$(python/bin/python finding.py "$header")
cookie: $(node -p 'require("cookie").parse(process.argv[1]).theme' "$header")"
echo "$seen"
[ "$seen" = "theme=account; theme=all
django: all
starlette: all
aiohttp: all
SimpleCookie: all
werkzeug: account
werkzeug, getlist: account all
cookie: account" ] || { echo "this has changed" >&2; exit 1; }
