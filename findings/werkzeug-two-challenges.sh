#!/usr/bin/env bash
# Werkzeug 3.1.9: of two challenges in one `WWW-Authenticate`, the second becomes a parameter of the first.
#
# Guess:     a header with two challenges (RFC 9110 section 11.6.1 has such an example) is read as the first one, or as a list.
# Behaviour: of `Bearer realm="a", error="invalid_token", Basic realm="b"` the scheme is `bearer`, and one of its parameters has
#            the name `Basic realm`. Written out again, it is one challenge with a parameter name that no reader takes.
# Matters:   a 401 of a userinfo endpoint or of a gateway may offer two schemes. Code that asks for `realm` sees nothing wrong,
#            and code that asks whether `Basic` is offered is told that it is not.
set -euo pipefail
VERSION=3.1.9
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "werkzeug==$VERSION" markupsafe==3.0.3
cat > finding.py <<'PYTHON'
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.test import Client
from werkzeug.wrappers import Response

TWO = 'Bearer realm="a", error="invalid_token", Basic realm="b"'
challenge = WWWAuthenticate.from_header(TWO)
print(challenge.type, sorted(challenge.parameters.items()))
answer = Client(Response(status=401, headers={"WWW-Authenticate": TWO})).get("/")
print(answer.www_authenticate.type, "Basic realm" in answer.www_authenticate.parameters)
PYTHON
echo "werkzeug $VERSION"
seen=$(python/bin/python finding.py)
echo "$seen"
[ "$seen" = "bearer [('Basic realm', 'b'), ('error', 'invalid_token'), ('realm', 'a')]
bearer True" ] || { echo "this has changed" >&2; exit 1; }
