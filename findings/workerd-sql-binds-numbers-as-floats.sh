#!/usr/bin/env bash
# workerd 1.20261023.1: SQL of a Durable Object takes each JavaScript number for a float, and `true` for a text.
#
# Guess:     a whole number is bound as an integer, so that a TEXT column has "5". `true` is bound as 1, or refused as a BigInt is.
# Behaviour: `typeof(?)` is `real` for 5, so a TEXT column has "5.0"; an INTEGER column has 5. `true` is the text "true", so that
#            `where active = ?` finds no row with 1. A Date is bound as its text in English. An integer above 2^53 is read as
#            its neighbour. Nothing of this throws.
# Matters:   a number put into a TEXT key is not found by its text "5". A flag compared with `true` is never set.
#            Bind `String(number)` and `Number(flag)`.
set -euo pipefail
VERSION=1.20261023.1
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "workerd@$VERSION" >/dev/null

mkdir data
cat > worker.js <<'JS'
export class Store {
  constructor(context) {
    this.sql = context.storage.sql;
  }
  fetch() {
    const one = (text, ...values) => JSON.stringify(this.sql.exec(text, ...values).raw().toArray()[0]);
    this.sql.exec("create table record (key text, number integer, active integer)");
    this.sql.exec("insert into record values (?, ?, 1)", 5, 5);
    return new Response(
      [
        `bound: ${one("select typeof(?), typeof(?), typeof(?)", 5, true, new Date(0))}`,
        `stored: ${one("select key, typeof(number) from record")}`,
        `by "5": ${one("select count(*) from record where key = '5'")}`,
        `by true: ${one("select count(*) from record where active = ?", true)}`,
        `2^53 + 1: ${one("select 9007199254740993")}`,
      ].join("\n"),
    );
  }
}
export default {
  fetch: (request, env) => env.STORE.get(env.STORE.idFromName("one")).fetch(request),
};
JS
cat > config.capnp <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "worker.js", esModule = embed "worker.js")], compatibilityDate = "2026-10-01", bindings = [(name = "STORE", durableObjectNamespace = "Store")], durableObjectNamespaces = [(className = "Store", uniqueKey = "example", enableSql = true)], durableObjectStorage = (localDisk = "disk"))), (name = "disk", disk = (path = "data", writable = true))],
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
[ "$seen" = 'bound: ["real","text","text"]
stored: ["5.0","integer"]
by "5": [0]
by true: [0]
2^53 + 1: [9007199254740992]' ] || { echo "this has changed" >&2; exit 1; }
