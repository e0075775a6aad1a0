#!/usr/bin/env bash
# Werkzeug 3.1.9 (Flask): of English and Welsh, `Accept-Language: en-GB,cy;q=0.5` gets Welsh and `cy-GB,en;q=0.5` gets English.
#
# Guess:     `accept_languages.best_match(["en", "cy"])` finds `cy` for `cy-GB` and `en` for `en-GB`, as Django 5.2.19 does,
#            so that the language with the higher weight wins.
# Behaviour: tags that match to the letter win over any weight; only where no tag does are the first parts compared.
#            With `["en", "en-GB", "cy", "cy-GB"]` offered both headers get the language that they ask for.
# Matters:   a browser in British English whose second language is Welsh is served in Welsh, and one in Welsh is served in English. A
#            test with `cy` or `cy-GB` as the one language passes.
set -euo pipefail
VERSION=3.1.9
DJANGO=5.2.19
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "werkzeug==$VERSION" "django==$DJANGO"
cat > finding.py <<'PYTHON'
import django
from django.conf import settings
from django.test import RequestFactory
from django.utils.translation import get_language_from_request
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

settings.configure(USE_I18N=True, LANGUAGE_CODE="en", LANGUAGES=[("en", "English"), ("cy", "Cymraeg")])
django.setup()
for header in ("cy-GB", "cy-GB,en;q=0.5", "en-GB,cy;q=0.5", "cy-GB,cy;q=0.9,en;q=0.5"):
    asked = Request(EnvironBuilder(headers={"Accept-Language": header}).get_environ()).accept_languages
    both = asked.best_match(["en", "cy"])
    full = asked.best_match(["en", "en-GB", "cy", "cy-GB"])
    of_django = get_language_from_request(RequestFactory().get("/", HTTP_ACCEPT_LANGUAGE=header))
    print(f"{header}: Werkzeug {both}, Django {of_django}, Werkzeug with regions {full}")
PYTHON
echo "werkzeug $VERSION, django $DJANGO"
seen=$(python/bin/python finding.py)
echo "$seen"
[ "$seen" = "cy-GB: Werkzeug cy, Django cy, Werkzeug with regions cy-GB
cy-GB,en;q=0.5: Werkzeug en, Django cy, Werkzeug with regions cy-GB
en-GB,cy;q=0.5: Werkzeug cy, Django en, Werkzeug with regions en-GB
cy-GB,cy;q=0.9,en;q=0.5: Werkzeug cy, Django cy, Werkzeug with regions cy-GB" ] || { echo "this has changed" >&2; exit 1; }
