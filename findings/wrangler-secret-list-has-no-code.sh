#!/bin/sh
# `wrangler secret list` tells an absent Worker by words, and its sister commands by Cloudflare's code.
#
# Guess:     each command passes Cloudflare's answer on for a Worker that does not exist: `[code: 10007]`.
# Behaviour: `versions list`, `deployments list` and `delete` do. `secret list` catches the code and writes a text of its
#            own, `Worker "NAME" not found.`, without the code. All of them end with 1, as for every other failure. A
#            program that looks for the code takes the absent Worker for an outage.
# Source:    wrangler 4.156.0; a 404 with code 10007 is Cloudflare's answer (developers.cloudflare.com/workers/observability/errors
#            does not list it; wrangler's own `isWorkerNotFoundError` names it).
# So:        a program that lists secrets reads both the words and the code.
#
# Installs wrangler, and a Node.js that it runs on, into a temporary folder, answers for Cloudflare on loopback, and ends with 1
# when the behaviour changes.
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
// There is no Worker in this account.
import { writeFileSync } from "node:fs";
import http from "node:http";
http.createServer((request, response) => {
  response.writeHead(404, { "content-type": "application/json" });
  const errors = [{ code: 10007, message: "This Worker does not exist on your account." }];
  response.end(JSON.stringify({ success: false, errors, messages: [], result: null }));
}).listen(0, "127.0.0.1", function () {
  writeFileSync("port", String(this.address().port));
});
JS
node double.mjs &
double=$!
while [ ! -s port ]; do sleep 0.1; done
export CLOUDFLARE_API_BASE_URL="http://127.0.0.1:$(cat port)" CLOUDFLARE_API_TOKEN=token WRANGLER_SEND_METRICS=false
export CLOUDFLARE_ACCOUNT_ID=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa CI=true FORCE_COLOR=0 WRANGLER_LOG_PATH="$folder/logs"
npx wrangler --version
said() {
  echo "--- wrangler $1"
  if npx wrangler $1 --name absent > said 2>&1; then
    cat said
    echo "changed: it ends with 0"
    exit 1
  fi
  grep -E 'not found|does not exist' said
}
for command in "versions list" "deployments list" "delete --force"; do
  said "$command"
  grep -q 'code: 10007' said || { echo "changed: $command has no code"; exit 1; }
done
said "secret list"
if grep -q 10007 said; then
  echo "changed: secret list has the code"
  exit 1
fi
echo "as found: secret list has no code, and the other commands have"
