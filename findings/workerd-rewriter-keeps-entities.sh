#!/usr/bin/env bash
# workerd 1.20261023.1: `HTMLRewriter` gives attributes and text with their entities, and writes `&` into an attribute as it is.
#
# Guess:     `getAttribute` gives the value as the DOM's method of that name does, `/next?a=1&b=2` for `/next?a=1&amp;b=2`, and
#            `setAttribute` escapes what it has to, so that a value which is read and set again stays the same.
# Behaviour: both see the text of the source: `&amp;` comes back as five characters, and so does a text chunk. `setAttribute` escapes
#            `"` and leaves `&`, although `setInnerContent` escapes `&`.
# Matters:   an address taken from a link, as for a list of pages or a sign-in, has `amp;b` for the parameter `b`. A text with
#            `&lt;` in it that is set as an attribute has `<` in the browser. Encode and decode yourself.
set -euo pipefail
VERSION=1.20261023.1
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "workerd@$VERSION" >/dev/null

cat > worker.js <<'JS'
export default {
  async fetch() {
    const seen = [];
    const page = new Response('<a href="/next?a=1&amp;b=2">Rent &amp; rates</a><b>x</b>');
    const written = await new HTMLRewriter()
      .on("a", {
        element(link) {
          const address = new URL(link.getAttribute("href"), "https://example.gov.uk");
          seen.push(link.getAttribute("href"), [...address.searchParams.keys()].join());
          link.setAttribute("title", 'write "&lt;" & go on');
        },
        text(chunk) {
          if (chunk.text) seen.push(chunk.text);
        },
      })
      .on("b", { element: (bold) => bold.setInnerContent("a & b") })
      .transform(page)
      .text();
    return new Response(`read: ${seen.join(" | ")}\nwritten: ${written}`);
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
[ "$seen" = 'read: /next?a=1&amp;b=2 | a,amp;b | Rent &amp; rates
written: <a href="/next?a=1&amp;b=2" title="write &quot;&lt;&quot; & go on">Rent &amp; rates</a><b>a &amp; b</b>' ] || { echo "this has changed" >&2; exit 1; }
