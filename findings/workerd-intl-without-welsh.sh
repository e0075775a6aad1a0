#!/usr/bin/env bash
# workerd 1.20261023.1: `Intl` writes Welsh dates, lists and order in American English, but knows the Welsh plural rules.
#
# Guess:     `Intl` in a Worker has the same languages as in Node, which is built on the same engine: `cy` gives "1 Mawrth 2026".
# Behaviour: `cy` is no supported locale of dates, lists, relative times or collation. Each falls back to en-US without an error:
#            "March 1, 2026", and 3/1/2026 with the month first. `ch` sorts before `cy`. `PluralRules` has all six Welsh forms,
#            so that a look at only that says that Welsh is there. `en-GB` works. Chromium 156 answers the same.
# Matters:   a Welsh page made in a Worker shows an English date, or one that a reader takes for 3 January. The same code is right in
#            Node, where the tests run. `supportedLocalesOf("cy")` tells; otherwise bring the names of the months yourself.
set -euo pipefail
VERSION=1.20261023.1
NODE=22.23.3
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "workerd@$VERSION" "node@$NODE" >/dev/null
cat > worker.mjs <<'JS'
export default {
  fetch() {
    const day = new Date("2026-03-01T12:00:00Z");
    const lines = [
      Intl.DateTimeFormat.supportedLocalesOf(["cy", "en-GB"]).join(" "),
      new Intl.DateTimeFormat("cy", { dateStyle: "long", timeZone: "UTC" }).format(day),
      new Intl.DateTimeFormat("cy", { timeZone: "UTC" }).format(day),
      new Intl.RelativeTimeFormat("cy").format(-3, "day"),
      ["chwaer", "cyw"].sort(new Intl.Collator("cy").compare).join(" "),
      [0, 1, 2, 3, 4, 6].map((number) => new Intl.PluralRules("cy").select(number)).join(" "),
    ];
    return new Response(lines.join("; "));
  },
};
JS
cat > config.capnp <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (modules = [(name = "worker.js", esModule = embed "worker.mjs")], compatibilityDate = "2026-10-01");
CAPNP
node_modules/.bin/workerd serve config.capnp --control-fd=3 3> control &
server=$!
for _ in $(seq 100); do grep -q port control && break; sleep 0.1; done
port=$(sed -n 's/.*"port": *\([0-9]*\).*/\1/p' control | head -1)
echo "workerd $(node_modules/.bin/workerd --version), node $NODE"
echo 'import worker from "./worker.mjs"; console.log(await worker.fetch().text());' > node.mjs
seen="workerd: $(curl --silent --show-error --fail "http://127.0.0.1:$port/")
node: $(node_modules/.bin/node node.mjs)"
echo "$seen"
[ "$seen" = "workerd: en-GB; March 1, 2026; 3/1/2026; 3 days ago; chwaer cyw; zero one two few other many
node: cy en-GB; 1 Mawrth 2026; 1/3/2026; 3 diwrnod yn ôl; cyw chwaer; zero one two few other many" ] || { echo "this has changed" >&2; exit 1; }
