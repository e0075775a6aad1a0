#!/usr/bin/env bash
# aiohttp 3.14.5: the client sends a cookie back in quotes when its value holds `=`, `/`, `{` or `@`; cookie 1.1.1 keeps the quotes.
#
# Guess:     a user agent gives the value back as the server sent it (RFC 6265 section 5.4), and a server takes quotes off.
# Behaviour: `Set-Cookie: token=YWJj/w==` comes back as `token="YWJj/w=="`, and `a,b` as `"a\054b"`. `quote_cookie=False` of the
#            jar sends it as it came. cookie 1.1.1 (Express, and more of Node) has the quotes in the value; Python's SimpleCookie
#            takes them off and has the value again.
# Matters:   a session whose cookie is Base64 with `=`, or JSON, is lost at the second request to a Node server.
#            A value of base64url without `=` is safe.
set -euo pipefail
VERSION=3.14.5
COOKIE=1.1.1
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "cookie@$COOKIE" >/dev/null
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "aiohttp==$VERSION"
cat > server.mjs <<'JS'
import http from "node:http";
import { parse } from "cookie";

const server = http.createServer((request, response) => {
  const { cookie = "" } = request.headers;
  if (request.url === "/seen") response.end(`${cookie}, read as ${parse(cookie).token}`);
  else response.writeHead(200, { "set-cookie": `token=${decodeURIComponent(request.url.slice(1))}; Path=/` }).end();
});
server.listen(0, "localhost", () => console.log(server.address().port));
JS
node server.mjs > port &
server=$!
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
cat > finding.py <<'PYTHON'
import asyncio
import sys
from urllib.parse import quote
import aiohttp
from yarl import URL

address = f"http://localhost:{sys.argv[1]}/"


async def main():
    for name, jar in (("aiohttp", {}), ("quote_cookie=False", {"quote_cookie": False})):
        for value in ("YWJj_w", "YWJj/w==", "a,b"):
            async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(**jar)) as session:
                await session.get(URL(address + quote(value, safe=""), encoded=True))
                async with session.get(address + "seen") as answer:
                    print(f"{name}: {value} sent as {await answer.text()}")


asyncio.run(main())
PYTHON
echo "aiohttp $VERSION, cookie $COOKIE"
seen=$(python/bin/python finding.py "$(cat port)")
echo "$seen"
[ "$seen" = 'aiohttp: YWJj_w sent as token=YWJj_w, read as YWJj_w
aiohttp: YWJj/w== sent as token="YWJj/w==", read as "YWJj/w=="
aiohttp: a,b sent as token="a\054b", read as "a\054b"
quote_cookie=False: YWJj_w sent as token=YWJj_w, read as YWJj_w
quote_cookie=False: YWJj/w== sent as token=YWJj/w==, read as YWJj/w==
quote_cookie=False: a,b sent as token=a,b, read as a,b' ] || { echo "this has changed" >&2; exit 1; }
