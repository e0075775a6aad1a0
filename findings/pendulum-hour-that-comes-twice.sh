#!/usr/bin/env bash
# Pendulum 3.3.0: half past one on the night when summer time ends is the second of the two, elsewhere it is the first.
#
# Guess:     a local time that comes twice is the first of the two, as `fold=0` of Python (PEP 495) and Arrow have it.
# Behaviour: `pendulum.datetime(2026, 10, 25, 1, 30, tz="Europe/London")` is 01:30 UTC. `zoneinfo` and Arrow 1.4.0 say 00:30.
#            So does `pendulum.parse` with the zone. `fold=0`, and `instance` of such a datetime, give the first.
# Matters:   one deadline or appointment of a night in October is an hour apart in two parts of a service. All other nights agree.
set -euo pipefail
VERSION=3.3.0
ARROW=1.4.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "pendulum==$VERSION" "arrow==$ARROW" tzdata==2026.6
cat > finding.py <<'PYTHON'
import datetime
from zoneinfo import ZoneInfo
import arrow
import pendulum

LONDON = "Europe/London"
plain = datetime.datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo(LONDON))
times = {
    "zoneinfo": plain,
    "arrow": arrow.get("2026-10-25T01:30", tzinfo=LONDON).datetime,
    "pendulum.datetime": pendulum.datetime(2026, 10, 25, 1, 30, tz=LONDON),
    "pendulum.datetime, fold=0": pendulum.datetime(2026, 10, 25, 1, 30, tz=LONDON, fold=0),
    "pendulum.parse": pendulum.parse("2026-10-25T01:30", tz=LONDON),
    "pendulum.instance": pendulum.instance(plain),
}
for name, time in times.items():
    print(f"{name}: {time.astimezone(datetime.timezone.utc):%H:%M} UTC")
PYTHON
echo "pendulum $VERSION, arrow $ARROW"
seen=$(python/bin/python finding.py)
echo "$seen"
[ "$seen" = "zoneinfo: 00:30 UTC
arrow: 00:30 UTC
pendulum.datetime: 01:30 UTC
pendulum.datetime, fold=0: 00:30 UTC
pendulum.parse: 01:30 UTC
pendulum.instance: 00:30 UTC" ] || { echo "this has changed" >&2; exit 1; }
