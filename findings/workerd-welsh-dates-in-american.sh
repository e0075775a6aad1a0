#!/usr/bin/env bash
# workerd 1.20261023.1: `Intl` writes Welsh dates in American English, and knows the Welsh plurals.
#
# Guess:     the runtime has V8's full data of locales, as Node has, so that `cy` writes Welsh. A locale that it lacks in one
#            part of `Intl` it lacks in each.
# Behaviour: `new Intl.DateTimeFormat("cy")` is `en-US` and writes "March 4, 1970"; `fr` and `de` write their own. Lists, names and
#            the order of words are not Welsh either. `Intl.PluralRules("cy")` is Welsh: 3 is "few". Nothing throws.
#            `["cy", "en-GB"]` writes "4 March 1970". Node 20.20.2 writes "4 Mawrth 1970".
# Matters:   a page in Welsh that an edge writes has the month before the day, in English, and a test of the same code in Node
#            passes. Ask `Intl.DateTimeFormat.supportedLocalesOf("cy")`, or bring the names of the months along.
set -euo pipefail
VERSION=1.20261023.1
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "workerd@$VERSION" >/dev/null

cat > worker.js <<'JS'
const day = new Date("1970-03-04T12:00:00Z");
export default {
  fetch() {
    const lines = [["cy"], ["cy", "en-GB"], ["fr"]].map((locales) => {
      const format = new Intl.DateTimeFormat(locales, { dateStyle: "long", timeZone: "Europe/London" });
      return `${locales}: ${format.format(day)} by ${format.resolvedOptions().locale}`;
    });
    lines.push(`supported: ${Intl.DateTimeFormat.supportedLocalesOf(["cy", "en-GB", "fr"])}`);
    lines.push(`list: ${new Intl.ListFormat("cy").format(["A", "B"])}`);
    lines.push(`order: ${["llan", "lwc"].sort(new Intl.Collator("cy").compare)}`);
    lines.push(`plural: ${new Intl.PluralRules("cy").select(3)}`);
    return new Response(lines.join("\n"));
  },
};
JS
cat > config.capnp <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "worker.js", esModule = embed "worker.js")], compatibilityDate = "2026-10-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
CAPNP
node_modules/.bin/workerd serve config.capnp --control-fd=3 3> control &
server=$!
for _ in $(seq 100); do grep -q port control && break; sleep 0.1; done
port=$(sed -n 's/.*"port": *\([0-9]*\).*/\1/p' control | head -1)

seen=$(curl --silent "http://127.0.0.1:$port/")
echo "workerd $(node_modules/.bin/workerd --version)"
echo "$seen"
[ "$seen" = "cy: March 4, 1970 by en-US
cy,en-GB: 4 March 1970 by en-GB
fr: 4 mars 1970 by fr
supported: en-GB,fr
list: A and B
order: llan,lwc
plural: few" ] || { echo "this has changed" >&2; exit 1; }
