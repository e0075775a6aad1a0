#!/bin/sh
# A new API token does not bring its account with it.
#
# Guess:     without `account_id` and CLOUDFLARE_ACCOUNT_ID, wrangler asks Cloudflare on every command which account the
#            token reaches, and takes that one.
# Behaviour: the first command writes the account into node_modules/.cache/wrangler/wrangler-account.json. Every later one
#            in this folder takes it from there, asks nothing and says nothing, even when the token is another one that
#            reaches only another account. A command that should go to team B's account goes to team A's.
# Source:    wrangler 4.156.0, `getOrSelectAccountId` and `saveAccountToCache` in packages/wrangler/src/user/user.ts.
# So:        name the account in `account_id`.
#
# Installs wrangler, and a Node.js that it runs on, into a temporary folder, answers for Cloudflare on loopback, and ends with 1 when the behaviour changes.
set -eu
VERSION=4.156.0
folder=$(mktemp -d)
trap '[ -z "$double" ] || kill "$double" 2>/dev/null || true; rm -rf "$folder"' EXIT
double=
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund "wrangler@$VERSION" node@22.23.3
PATH="$folder/node_modules/.bin:$PATH"
cat > double.mjs <<'JS'
// Each token reaches one account: `a` the account aaa…, `b` the account bbb…. Every call is written down.
import { appendFileSync, writeFileSync } from "node:fs";
import http from "node:http";
http.createServer((request, response) => {
  const token = request.headers.authorization.replace("Bearer ", "");
  const { pathname } = new URL(request.url, "http://localhost");
  appendFileSync("calls", `token ${token}: ${request.method} ${pathname}\n`);
  const account = { id: token.repeat(32), name: `team ${token}` };
  const lists = { "/accounts": [account], "/memberships": [{ id: "1", account }] };
  const result = lists[pathname] ?? [];
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ success: true, errors: [], messages: [], result, result_info: { page: 1, per_page: 50, count: result.length, total_count: result.length } }));
}).listen(0, "127.0.0.1", function () {
  writeFileSync("port", String(this.address().port));
});
JS
node double.mjs &
double=$!
while [ ! -s port ]; do sleep 0.1; done
export CLOUDFLARE_API_BASE_URL="http://127.0.0.1:$(cat port)" WRANGLER_SEND_METRICS=false CI=true
unset CLOUDFLARE_ACCOUNT_ID WRANGLER_CACHE_DIR
npx wrangler --version
CLOUDFLARE_API_TOKEN=a npx wrangler kv namespace list
CLOUDFLARE_API_TOKEN=b npx wrangler kv namespace list
cat calls
a=$(printf 'a%.0s' $(seq 32))
if grep -q "^token b: GET /accounts/$a/storage/kv/namespaces$" calls; then
  echo "as found: token b's command went to the account of token a"
else
  echo "changed: token b's command did not go to the account of token a"
  exit 1
fi
