#!/usr/bin/env bash
# workerd 1.20261023.1: a Durable Object's `kv.put` of the bytes that are stored already writes nothing.
#
# Guess:     each `put` of a Durable Object on SQLite writes its row, so that a benchmark or a heartbeat which puts the same value
#            each time pays what one with new values pays.
# Behaviour: with the bytes that are there already the object's write-ahead log does not grow by a byte; with other bytes of the
#            same length it grows by a page for each transaction. The call itself gives no sign of it. The same alarm set again
#            writes nothing either.
# Matters:   a benchmark of accounts with a constant row measured no write at all, and took a quarter of the time of a real one.
#            A value that only has to be there may be put again and again for nothing.
# Source:    SQLite, src/btree.c, `btreeOverwriteContent`: a cell of the same length is compared before its page is written.
set -euo pipefail
VERSION=1.20261023.1
TIMES=200
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "workerd@$VERSION" >/dev/null

cat > worker.js <<'JS'
import { DurableObject } from "cloudflare:workers";

export class Counter extends DurableObject {
  put(kind, n) {
    const { storage } = this.ctx;
    const row = new Uint8Array(600).fill(1);
    if (kind === "other") new DataView(row.buffer).setUint32(0, n);
    if (kind === "alarm") storage.setAlarm(4_000_000_000_000);
    else storage.kv.put("row", row);
  }

  alarm() {}
}

export default {
  async fetch(request, env) {
    const [, kind, n] = new URL(request.url).pathname.split("/");
    await env.COUNTERS.getByName("one").put(kind, Number(n));
    return new Response("done");
  },
};
JS
cat > config.capnp <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "disk", disk = (path = "disk", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
  durableObjectNamespaces = [(className = "Counter", uniqueKey = "counter", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "COUNTERS", durableObjectNamespace = "Counter")],
);
CAPNP
mkdir disk
node_modules/.bin/workerd serve config.capnp --control-fd=3 3> control &
server=$!
for _ in $(seq 100); do grep -q port control && break; sleep 0.1; done
port=$(sed -n 's/.*"port": *\([0-9]*\).*/\1/p' control | head -1)

# Each request is a transaction of its own, and is answered once that is on the disk.
puts() {
  for n in $(seq "$TIMES"); do echo "url = http://127.0.0.1:$port/$1/$n"; done | curl --silent --show-error --fail --config - >/dev/null
}
size() { stat --format %s disk/counter/*.sqlite-wal | awk '{ sum += $1 } END { print sum }'; }
grown() {
  puts "$1"
  local before; before=$(size)
  puts "$1"
  echo $(($(size) - before))
}
echo "workerd $(node_modules/.bin/workerd --version)"
same=$(grown same)
alarm=$(grown alarm)
other=$(grown other)
echo "$TIMES puts of the same bytes:     the write-ahead log grew by $same bytes"
echo "$TIMES times the same alarm:       by $alarm bytes"
echo "$TIMES puts of other bytes:        by $other bytes"
[[ "$same" == 0 && "$alarm" == 0 && "$other" -ge $((TIMES * 4096)) ]] || { echo "this has changed" >&2; exit 1; }
