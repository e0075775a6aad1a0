#!/usr/bin/env bash
# notifications-node-client 8.4.0 and notifications-python-client 13.0.0: a line end after the API key moves both ids by one character, and no error says so.
#
# Guess:     a line end, as a file or a secret made with `echo` has, is cut off, or the constructor refuses the key.
# Behaviour: both clients count from the end of the text. The service id loses its first character and gains a hyphen, and the
#            secret loses its first one and gains the line end. A token is made and signed; only Notify can refuse it.
# Matters:   the service starts, and only its first message fails. Strip the text that you read from a file before it goes to the client.
set -euo pipefail
NODE=8.4.0
PYTHON=13.0.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "notifications-node-client@$NODE" >/dev/null
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "notifications-python-client==$PYTHON"
echo "test-11111111-2222-4333-8444-555555555555-66666666-7777-4888-8999-000000000000" > key
cat > finding.cjs <<'JS'
const { readFileSync } = require("node:fs");
const { NotifyClient } = require("notifications-node-client");

const read = readFileSync("key", "utf8");
for (const key of [read.trim(), read]) {
  const { serviceId, apiKeyId } = new NotifyClient(key).apiClient;
  console.log(`Node: service ${JSON.stringify(serviceId)}, secret ${JSON.stringify(apiKeyId)}`);
}
JS
cat > finding.py <<'PYTHON'
import json
from notifications_python_client.notifications import NotificationsAPIClient

read = open("key").read()
for key in (read.strip(), read):
    client = NotificationsAPIClient(key)
    print(f"Python: service {json.dumps(client.service_id)}, secret {json.dumps(client.api_key)}")
PYTHON
echo "notifications-node-client $NODE, notifications-python-client $PYTHON"
seen="$(node finding.cjs)
$(python/bin/python finding.py)"
echo "$seen"
[ "$seen" = 'Node: service "11111111-2222-4333-8444-555555555555", secret "66666666-7777-4888-8999-000000000000"
Node: service "1111111-2222-4333-8444-555555555555-", secret "6666666-7777-4888-8999-000000000000\n"
Python: service "11111111-2222-4333-8444-555555555555", secret "66666666-7777-4888-8999-000000000000"
Python: service "1111111-2222-4333-8444-555555555555-", secret "6666666-7777-4888-8999-000000000000\n"' ] || { echo "this has changed" >&2; exit 1; }
