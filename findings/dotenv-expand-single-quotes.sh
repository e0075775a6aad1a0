#!/usr/bin/env bash
# dotenv-expand 12.0.3 and 13.0.0: a `$` in single quotes is the start of a variable, and most of the value is lost.
#
# Guess:     single quotes keep a value as it is, as in a shell and as in dotenv 16.3.1, which parses the file before.
# Behaviour: dotenv takes the quotes off first, so that dotenv-expand sees no difference. Of `'$argon2id$v=19$m=16384$c2FsdA'`
#            remains `=19=16384`. Only a backslash before each `$` keeps it, and dotenv leaves that backslash in.
#            wrangler 4.156.0 reads `.env` with both and `.dev.vars` with dotenv only: one text is two secrets there.
# Matters:   an Argon2id hash, and any password with a `$`, is another value after `.dev.vars` is renamed to `.env`.
#            Nothing is logged, and the backslashes that mend the one file spoil the other.
set -euo pipefail
WRANGLER=4.156.0
DOTENV=16.3.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "wrangler@$WRANGLER" node@22.23.3 "dotenv@$DOTENV" twelve@npm:dotenv-expand@12.0.3 \
  thirteen@npm:dotenv-expand@13.0.0 >/dev/null
export PATH="$work/node_modules/.bin:$PATH" WRANGLER_SEND_METRICS=false CI=true WRANGLER_LOG_PATH="$work/logs"
cat > variables <<'ENV'
QUOTED='$argon2id$v=19$m=16384$c2FsdA'
ESCAPED='\$argon2id\$v=19\$m=16384\$c2FsdA'
ENV
cat > finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import { parse } from "dotenv";
import { expand as twelve } from "twelve";
import { expand as thirteen } from "thirteen";

const show = (from, { QUOTED, ESCAPED }) => console.log(`${from}: ${QUOTED} and ${ESCAPED}`);
const parsed = () => parse(readFileSync("variables"));
show("dotenv", parsed());
show("dotenv-expand 12", twelve({ parsed: parsed(), processEnv: {} }).parsed);
show("dotenv-expand 13", thirteen({ parsed: parsed(), processEnv: {} }).parsed);
JS
cat > bindings.mjs <<'JS'
import { getPlatformProxy } from "wrangler";

const proxy = await getPlatformProxy({ persist: false });
console.log(`wrangler, ${process.argv[2]}: ${proxy.env.QUOTED} and ${proxy.env.ESCAPED}`);
await proxy.dispose();
JS
echo 'export default { fetch: () => new Response("") };' > index.js
echo '{ "name": "example", "main": "index.js", "compatibility_date": "2026-01-01" }' > wrangler.json
bindings() {
  cp variables "$1"
  node bindings.mjs "$1" | grep '^wrangler, '
  rm "$1"
}
seen=$(node finding.mjs; bindings .dev.vars; bindings .env)
echo "$seen"
whole='$argon2id$v=19$m=16384$c2FsdA'
escaped='\$argon2id\$v=19\$m=16384\$c2FsdA'
[ "$seen" = "dotenv: $whole and $escaped
dotenv-expand 12: =19=16384 and $whole
dotenv-expand 13: =19=16384 and $whole
wrangler, .dev.vars: $whole and $escaped
wrangler, .env: =19=16384 and $whole" ] || { echo "this has changed" >&2; exit 1; }
