#!/usr/bin/env bash
# cookiejar 2.1.4 (the jar of superagent's and supertest's agents): `Max-Age=0` removes no cookie.
#
# Guess:     `Max-Age=0` without `Expires` removes the cookie (RFC 6265 section 5.2.2), as in a browser.
# Behaviour: the jar reads no `Max-Age`. It stores the empty value and goes on sending `NAME=`; a `Max-Age=1` outlasts its
#            second. `Expires` in the past removes the cookie.
# Matters:   a test of a sign-out with such an agent still sends the cookie afterwards. It passes or fails for another
#            reason than in a browser, and a cookie that should run out never does.
set -euo pipefail
VERSION=2.1.4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "cookiejar@$VERSION" >/dev/null
cat > finding.cjs <<'JS'
const { CookieJar, CookieAccessInfo } = require("cookiejar");
const access = new CookieAccessInfo("example.gov.uk", "/", true, false);
const attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";
const after = (...lines) => {
  const jar = new CookieJar();
  for (const line of lines) jar.setCookies([`${line}; ${attributes}`], "example.gov.uk", "/");
  return () => `[${jar.getCookies(access).toValueString()}]`;
};
const short = after("__Host-session=abc; Max-Age=1");
setTimeout(() => {
  console.log("set:", after("__Host-session=abc")());
  console.log("Max-Age=0:", after("__Host-session=abc", "__Host-session=; Max-Age=0")());
  console.log("Expires in the past:", after("__Host-session=abc", "__Host-session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT")());
  console.log("Max-Age=1, after two seconds:", short());
}, 2000);
JS
echo "cookiejar $VERSION"
seen=$(node finding.cjs)
echo "$seen"
[ "$seen" = "set: [__Host-session=abc]
Max-Age=0: [__Host-session=]
Expires in the past: []
Max-Age=1, after two seconds: [__Host-session=abc]" ] || { echo "this has changed" >&2; exit 1; }
