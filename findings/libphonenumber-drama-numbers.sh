#!/usr/bin/env bash
# libphonenumber (libphonenumber-js 1.13.16, phonenumbers 9.0.43): the mobile numbers that Ofcom keeps for drama are not valid, others are.
#
# Guess:     07700 900000 to 900999, which GOV.UK services show in examples and tests, are valid British mobile numbers; or else
#            no number of Ofcom's list for drama is valid.
# Behaviour: `isValid()` is false for 07700 900123 and there is no country; the same holds for 01632 960001.
#            0306 999 0000, 020 7946 0000 and 0808 157 0000 of the same list are valid. `isPossible()` is true for all of them.
# Matters:   a service that checks the claim `phone_number` refuses each test person whose number is from the list, and takes
#            each real one. Ask `isPossible()`, or nothing: the provider has sent a code to the number.
# Source:    Ofcom, telephone numbers for use in television and radio drama programmes.
set -euo pipefail
VERSION=1.13.16
PYTHON=9.0.43
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "libphonenumber-js@$VERSION" >/dev/null
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "phonenumbers==$PYTHON"
numbers=(+447700900123 +441632960001 +443069990000 +442079460000 +448081570000)
cat > finding.mjs <<'JS'
import { parsePhoneNumber } from "libphonenumber-js/max";

for (const text of process.argv.slice(2)) {
  const number = parsePhoneNumber(text);
  console.log(`libphonenumber-js: ${number.formatNational()} valid ${number.isValid()}, possible ${number.isPossible()}, ${number.country ?? "no country"}`);
}
JS
cat > finding.py <<'PYTHON'
import sys
import phonenumbers

for text in sys.argv[1:]:
    number = phonenumbers.parse(text)
    country = phonenumbers.region_code_for_number(number) or "no country"
    answers = [str(ask(number)).lower() for ask in (phonenumbers.is_valid_number, phonenumbers.is_possible_number)]
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    print(f"phonenumbers: {national} valid {answers[0]}, possible {answers[1]}, {country}")
PYTHON
echo "libphonenumber-js $VERSION, phonenumbers $PYTHON"
seen="$(node finding.mjs "${numbers[@]}")
$(python/bin/python finding.py "${numbers[@]}")"
echo "$seen"
[ "$seen" = "libphonenumber-js: 07700 900123 valid false, possible true, no country
libphonenumber-js: 01632 960001 valid false, possible true, no country
libphonenumber-js: 0306 999 0000 valid true, possible true, GB
libphonenumber-js: 020 7946 0000 valid true, possible true, GB
libphonenumber-js: 0808 157 0000 valid true, possible true, GB
phonenumbers: 07700 900123 valid false, possible true, no country
phonenumbers: 01632 960001 valid false, possible true, no country
phonenumbers: 0306 999 0000 valid true, possible true, GB
phonenumbers: 020 7946 0000 valid true, possible true, GB
phonenumbers: 0808 157 0000 valid true, possible true, GB" ] || { echo "this has changed" >&2; exit 1; }
