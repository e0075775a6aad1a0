#!/usr/bin/env bash
# dayjs 1.11.23, in the zone Europe/London: a winter date of birth goes back by a day in JSON for some people only.
#
# Guess:     London keeps UTC in winter, so midnight of a day from November to February is the same day in UTC.
# Behaviour: 1970-01-15 becomes 1970-01-14T23:00:00.000Z. So does each winter day from 1968 to 1971, when the United Kingdom
#            kept British Standard Time, and a day of the war such as 1941-01-15. 1964-01-15 and 1980-01-15 stay the same day.
#            `format("YYYY-MM-DD")` has the right day for all of them.
# Matters:   `birthDate` of a core identity is such a date. A test with a winter birthday of another year passes, and then
#            people born in those three years do not match their records.
# Source:    time zone database, Europe/London, 1968-10-27 to 1971-10-31.
set -euo pipefail
VERSION=1.11.23
NODE=22.23.3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "dayjs@$VERSION" "node@$NODE" >/dev/null
cat > finding.mjs <<'JS'
import dayjs from "dayjs";

for (const born of ["1941-01-15", "1964-01-15", "1968-12-31", "1970-01-15", "1971-12-31", "1980-01-15"]) {
  const { json } = JSON.parse(JSON.stringify({ json: dayjs(born) }));
  console.log(`${born}: ${json.slice(0, 10)} in JSON, ${dayjs(born).format("YYYY-MM-DD")} formatted`);
}
JS
node_modules/.bin/node -p '`dayjs '"$VERSION"', node ${process.version}, time zones ${process.versions.tz}`'
seen=$(TZ=Europe/London node_modules/.bin/node finding.mjs)
echo "$seen"
[ "$seen" = "1941-01-15: 1941-01-14 in JSON, 1941-01-15 formatted
1964-01-15: 1964-01-15 in JSON, 1964-01-15 formatted
1968-12-31: 1968-12-30 in JSON, 1968-12-31 formatted
1970-01-15: 1970-01-14 in JSON, 1970-01-15 formatted
1971-12-31: 1971-12-31 in JSON, 1971-12-31 formatted
1980-01-15: 1980-01-15 in JSON, 1980-01-15 formatted" ] || { echo "this has changed" >&2; exit 1; }
