#!/usr/bin/env bash
# Authlib 1.9.10 with Flask 3.1.3: sign-ins that were begun and left fill the session cookie, until no sign-in works.
#
# Guess:     the states of sign-ins that did not come back are limited in number, or the oldest makes room for the next.
# Behaviour: each start adds about 180 bytes to Flask's session cookie and nothing takes them out but a callback that succeeds. After
#            some twenty the cookie has more than 4,096 bytes. A client drops such a cookie, as RFC 6265 section 6.1 lets it, keeps
#            the one before, and each later callback raises MismatchingStateError. curl 7.88.1 is the client here.
# Matters:   a page that asks for a sign-in in a frame, a poll or a link checker makes starts by the dozen. Then the person can
#            sign in again only after the cookie is gone. A `cache` for OAuth() keeps the state elsewhere and makes entries smaller.
# Source:    Authlib, `FrameworkIntegration` in integrations/base_client/framework_integration.py.
set -euo pipefail
VERSION=1.9.10
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "authlib==$VERSION" flask==3.1.3 werkzeug==3.1.9 requests==2.34.2
cat > service.py <<'PYTHON'
import warnings

warnings.simplefilter("ignore")
from authlib.integrations.base_client import MismatchingStateError
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify
from werkzeug.serving import make_server

app = Flask("service")
app.secret_key = "a key for a test"
server = make_server("127.0.0.1", 0, app, threaded=True)
address = f"http://127.0.0.1:{server.server_port}"
oauth = OAuth(app)
oauth.register(
    "provider", client_id="client", client_secret="secret", jwks={"keys": []},
    authorize_url="https://provider.example/authorize", access_token_url=f"{address}/token",
    client_kwargs={"scope": "openid email phone", "code_challenge_method": "S256"},
)


@app.get("/start")
def start():
    return oauth.provider.authorize_redirect(f"{address}/oidc/authorization-code/callback")


@app.get("/oidc/authorization-code/callback")
def callback():
    try:
        return oauth.provider.authorize_access_token()["access_token"]
    except MismatchingStateError as refused:
        return str(refused.error)


@app.post("/token")
def token():
    return jsonify(access_token="signed in", token_type="Bearer")


print(address, flush=True)
server.serve_forever()
PYTHON
python/bin/python service.py > address 2> log &
server=$!
for _ in $(seq 100); do [ -s address ] && break; sleep 0.1; done
address=$(cat address)
# A person who begins so many times and then comes back from the last one.
begun() {
  rm -f jar
  for _ in $(seq "$1"); do
    state=$(curl --silent --cookie jar --cookie-jar jar --output page --write-out '%{redirect_url}' "$address/start" | sed 's/.*[?&]state=\([^&]*\).*/\1/')
  done
  curl --silent --cookie jar --cookie-jar jar "$address/oidc/authorization-code/callback?code=code&state=$state"
}
echo "authlib $VERSION, flask 3.1.3, $(curl --version | cut -d ' ' -f 1,2 | head -1)"
seen="begun once: $(begun 1)
begun 10 times: $(begun 10)
begun 40 times: $(begun 40)"
echo "$seen"
[ "$seen" = "begun once: signed in
begun 10 times: signed in
begun 40 times: mismatching_state" ] || { cat log; echo "this has changed" >&2; exit 1; }
