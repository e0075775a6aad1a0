#!/usr/bin/env bash
# Django 5.2.19: July is misspelt in Django's Welsh, ordinals and `timesince` stay English, and the short months are others than `Intl`'s.
#
# Guess:     Django has `cy` among its languages, so a date in a Welsh page is right once the language is active.
# Behaviour: `date:"j F Y"` says "Gorffenaf" for July; the month is "Gorffennaf", as Node and Babel have it. `jS` says "1st", and
#            `timesince` "2 hours". Of the short months (`M`), four differ from Babel's. No message is logged about a missing text.
# Matters:   a page that is checked in any other month passes. For a service in Welsh, format dates with Babel, or give Django
#            a catalogue of your own in LOCALE_PATHS, which comes before Django's.
set -euo pipefail
VERSION=5.2.19
BABEL=2.19.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "django==$VERSION" "babel==$BABEL"
cat > finding.py <<'PYTHON'
import datetime
import django
from babel.dates import format_date
from django.conf import settings
from django.utils import dateformat, timesince, translation

settings.configure(USE_I18N=True)
django.setup()
days = [datetime.date(2026, month, 1) for month in range(1, 13)]
with translation.override("cy"):
    for style, pattern in (("F", "MMMM"), ("M", "MMM")):
        pairs = [(dateformat.format(day, style), format_date(day, pattern, locale="cy")) for day in days]
        print(f"{style}:", ", ".join(f"{one}/{other}" for one, other in pairs if one != other))
    print("date:", dateformat.format(days[6], "l j F Y"), "|", dateformat.format(days[6], "jS"))
    now = datetime.datetime(2026, 7, 1, 12)
    print("timesince:", timesince.timesince(now - datetime.timedelta(hours=2), now).replace("\xa0", " "))
PYTHON
echo "django $VERSION, babel $BABEL"
seen=$(PYTHONIOENCODING=utf-8 python/bin/python finding.py)
echo "$seen"
[ "$seen" = "F: Gorffenaf/Gorffennaf
M: Chw/Chwef, Gor/Gorff, Aws/Awst, Med/Medi
date: Dydd Mercher 1 Gorffenaf 2026 | 1st
timesince: 2 hours" ] || { echo "this has changed" >&2; exit 1; }
