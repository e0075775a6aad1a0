#!/usr/bin/env bash
# Born on 29 February: 18 on 28 February by luxon, dayjs and dateutil, on 1 March by date-fns, Temporal and Pendulum.
#
# Guess:     the difference in whole years between two dates is one number, whichever library counts it.
# Behaviour: from 1984-02-29 to 2002-02-28 luxon 3.7.2, dayjs 1.11.23 and dateutil 2.9.0 count 18 years, as 29 February and 18 years is
#            28 February for them. date-fns 4.4.0, Temporal (polyfill 0.5.1) and Pendulum 3.3.0 count 17. A day later all say 18.
# Matters:   `birthDate` of a core identity may be 29 February. Two parts of a service disagree for a day about who is old enough;
#            comparing month and day yourself says which day you mean.
set -euo pipefail
NODE=22.23.3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund luxon@3.7.2 dayjs@1.11.23 date-fns@4.4.0 @js-temporal/polyfill@0.5.1 "node@$NODE" >/dev/null
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check python-dateutil==2.9.0.post0 pendulum==3.3.0
cat > finding.mjs <<'JS'
import { differenceInYears, parseISO } from "date-fns";
import dayjs from "dayjs";
import { DateTime } from "luxon";
import { Temporal } from "@js-temporal/polyfill";

const born = "1984-02-29";
for (const day of ["2002-02-27", "2002-02-28", "2002-03-01"]) {
  const ages = {
    luxon: Math.floor(DateTime.fromISO(day).diff(DateTime.fromISO(born), "years").years),
    dayjs: dayjs(day).diff(born, "year"),
    "date-fns": differenceInYears(parseISO(day), parseISO(born)),
    Temporal: Temporal.PlainDate.from(born).until(day, { largestUnit: "years" }).years,
  };
  console.log(`${day}: ${Object.entries(ages).map((pair) => pair.join(" ")).join(", ")}`);
}
JS
cat > finding.py <<'PYTHON'
import datetime
import pendulum
from dateutil.relativedelta import relativedelta

born = datetime.date(1984, 2, 29)
for day in (datetime.date(2002, 2, 27), datetime.date(2002, 2, 28), datetime.date(2002, 3, 1)):
    whole = pendulum.instance(born).diff(pendulum.instance(day)).in_years()
    print(f"{day}: dateutil {relativedelta(day, born).years}, Pendulum {whole}")
PYTHON
seen="$(node_modules/.bin/node finding.mjs)
$(python/bin/python finding.py)"
echo "$seen"
[ "$seen" = "2002-02-27: luxon 17, dayjs 17, date-fns 17, Temporal 17
2002-02-28: luxon 18, dayjs 18, date-fns 17, Temporal 17
2002-03-01: luxon 18, dayjs 18, date-fns 18, Temporal 18
2002-02-27: dateutil 17, Pendulum 17
2002-02-28: dateutil 18, Pendulum 17
2002-03-01: dateutil 18, Pendulum 18" ] || { echo "this has changed" >&2; exit 1; }
