#!/usr/bin/env bash
# nunjucks 3.2.4: one item without the member that `sort` sorts by can leave the others unsorted too.
#
# Guess:     items without the member come first or last, as `sort` of JavaScript puts `undefined` last. The others are sorted.
# Behaviour: an item without the member counts as equal to each other item, so the order depends on where it was before.
#            Of 2010, none, 1990, none and 2000 nothing moves. The same list without the two is sorted. No error is raised.
#            With the option `throwOnUndefined` the template fails.
# Matters:   `validFrom` of a name or an address in a core identity may be missing. A page that lists them by date shows them in
#            the order of the source, and a test with complete data passes.
set -euo pipefail
VERSION=3.2.4
NODE=22.23.3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "nunjucks@$VERSION" "node@$NODE" >/dev/null
cat > finding.cjs <<'JS'
const nunjucks = require("nunjucks");

const template = '{% for name in names | sort(attribute="validFrom") %}{{ ", " if not loop.first }}{{ name.validFrom or "none" }}{% endfor %}';
const dates = ["2010-01-01", undefined, "1990-01-01", undefined, "2000-01-01"];
const names = dates.map((validFrom) => ({ validFrom }));
const shown = (options, list) => {
  try {
    return new nunjucks.Environment(null, options).renderString(template, { names: list });
  } catch (error) {
    return error.message.includes("undefined") ? "refused" : error.message;
  }
};
console.log("all:", shown({}, names));
console.log("complete ones:", shown({}, names.filter(({ validFrom }) => validFrom)));
console.log("missing one first:", shown({}, [names[1], names[0], names[2], names[4]]));
console.log("throwOnUndefined:", shown({ throwOnUndefined: true }, names));
console.log("JavaScript:", dates.toSorted().map((date) => date ?? "none").join(", "));
JS
echo "nunjucks $VERSION, node $NODE"
seen=$(node_modules/.bin/node finding.cjs)
echo "$seen"
[ "$seen" = "all: 2010-01-01, none, 1990-01-01, none, 2000-01-01
complete ones: 1990-01-01, 2000-01-01, 2010-01-01
missing one first: none, 1990-01-01, 2000-01-01, 2010-01-01
throwOnUndefined: refused
JavaScript: 1990-01-01, 2000-01-01, 2010-01-01, none, none" ] || { echo "this has changed" >&2; exit 1; }
