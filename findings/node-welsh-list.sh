#!/usr/bin/env bash
# Node 22.23.3 and Babel 2.19.0: a list in Welsh is joined with the text "a(c)", brackets and all.
#
# Guess:     `Intl.ListFormat("cy")` writes "a" before a consonant and "ac" before a vowel, as it chooses `y` or `e` in Spanish.
#            At worst it always writes "a".
# Behaviour: each list says "a(c)", the form of a dictionary: "Alun, Bethan a(c) Cadi". The Spanish choice is made. The narrow
#            style has only commas. `disjunction` is right: "neu". Babel reads the same data and does the same.
# Matters:   "Your levels are A and B" looks broken in Welsh, and an English test does not show it.
# Source:    Unicode CLDR, common/main/cy.xml, listPatterns.
set -euo pipefail
NODE=22.23.3
BABEL=2.19.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "node@$NODE" >/dev/null
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "babel==$BABEL"
cat > finding.mjs <<'JS'
const list = (language, options, ...items) => new Intl.ListFormat(language, options).format(items);

console.log("consonant:", list("cy", {}, "Alun", "Cadi"));
console.log("vowel:", list("cy", {}, "Alun", "Bethan", "Elin"));
console.log("narrow:", list("cy", { style: "narrow" }, "Alun", "Elin"));
console.log("disjunction:", list("cy", { type: "disjunction" }, "Alun", "Elin"));
console.log("Spanish:", list("es", {}, "Ana", "Juan"), "|", list("es", {}, "Ana", "Inés"));
JS
node_modules/.bin/node -p '`node ${process.version}, CLDR ${process.versions.cldr}, babel '"$BABEL"'`'
seen="$(node_modules/.bin/node finding.mjs)
babel: $(PYTHONIOENCODING=utf-8 python/bin/python -c 'from babel.lists import format_list; print(format_list(["Alun", "Elin"], locale="cy"))')"
echo "$seen"
[ "$seen" = "consonant: Alun a(c) Cadi
vowel: Alun, Bethan, a(c) Elin
narrow: Alun, Elin
disjunction: Alun neu Elin
Spanish: Ana y Juan | Ana e Inés
babel: Alun a(c) Elin" ] || { echo "this has changed" >&2; exit 1; }
