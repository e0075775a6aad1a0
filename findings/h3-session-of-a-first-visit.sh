#!/usr/bin/env bash
# h3 2.0.8: `useSession` sets a cookie for a visitor of whom the handler only asks whether there is a session.
#
# Guess:     a session that has no data sets no cookie, as with iron-session 8.0.4. The first `update` sets it.
# Behaviour: the first look at the session makes an id, seals it and sets the cookie, so each visitor and each robot gets one. A visitor
#            who brings it gets no second one. `getSession` reads the same session and sets no cookie.
# Matters:   a public page with "signed in as" in its head has `Set-Cookie` on each first visit. Shared caches then keep no copy, and a
#            service that says it sets no cookie before consent does set one.
set -euo pipefail
VERSION=2.0.8
IRON=8.0.4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "h3@$VERSION" "iron-session@$IRON" >/dev/null
cat > finding.mjs <<'JS'
import { getSession, H3, useSession } from "h3";
import { getIronSession } from "iron-session";

const password = "a password of a test, long enough";
const h3 = (read) => {
  const app = new H3().get("/", async (event) => (await read(event, { password })).data.person ?? "no person");
  return (headers) => app.request("/", { headers });
};
const iron = async (headers) => {
  const response = new Response();
  await getIronSession(new Request("https://example.gov.uk/", { headers }), response, { password, cookieName: "session" });
  return response;
};
for (const [name, visit] of Object.entries({ useSession: h3(useSession), getSession: h3(getSession), "iron-session": iron })) {
  const cookies = (await visit({})).headers.getSetCookie();
  const again = (await visit({ cookie: cookies.map((cookie) => cookie.split(";")[0]).join("; ") })).headers.getSetCookie();
  console.log(`${name}: ${cookies.map((cookie) => cookie.split("=")[0])} ${cookies.length}, second visit ${again.length}`);
}
JS
echo "h3 $VERSION, iron-session $IRON"
seen=$(node finding.mjs)
echo "$seen"
[ "$seen" = "useSession: h3 1, second visit 0
getSession:  0, second visit 0
iron-session:  0, second visit 0" ] || { echo "this has changed" >&2; exit 1; }
