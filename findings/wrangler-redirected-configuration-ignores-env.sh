#!/bin/sh
# A redirected configuration takes `--env` away without a word.
#
# Guess:     with a redirected configuration, which has no environments, `wrangler deploy --env NAME` is refused.
# Behaviour: it is refused only if the redirected file has `targetEnvironment`. Without that member each name is taken,
#            also one that no file has, and the redirected file's own variables and name are deployed. The same command
#            without the redirection refuses a name that is no environment.
# Source:    wrangler 4.156.0, developers.cloudflare.com/workers/wrangler/configuration/#generated-wrangler-configuration.
# So:        a generator writes `targetEnvironment`; a deployment of several environments looks for .wrangler/deploy/config.json.
#
# Installs wrangler, and a Node.js that it runs on, into a temporary folder, deploys nothing (`--dry-run`), and ends with 1 when
# the behaviour changes.
set -eu
VERSION=4.156.0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund "wrangler@$VERSION" node@22.23.3
PATH="$folder/node_modules/.bin:$PATH"
export WRANGLER_SEND_METRICS=false CI=true FORCE_COLOR=0 WRANGLER_LOG_PATH="$folder/logs"
npx wrangler --version
mkdir -p site/generated && cd site
echo 'export default { fetch: () => new Response("") };' > index.js
cat > wrangler.json <<'JSON'
{ "name": "site", "main": "index.js", "compatibility_date": "2026-01-01",
  "env": { "production": { "vars": { "WHERE": "production" } } } }
JSON
deploy() { npx wrangler deploy --dry-run --env "$1" 2>&1; }

echo "--- without a redirection"
deploy production | grep 'env.WHERE ("production")'
if deploy nowhere > refused; then
  echo "changed: an environment that no file has is not refused"
  exit 1
fi
grep 'No environment found' refused

echo "--- redirected"
mkdir -p .wrangler/deploy
echo '{ "configPath": "../../generated/wrangler.json" }' > .wrangler/deploy/config.json
generated() { echo '{ "name": "site", "main": "../index.js", "compatibility_date": "2026-01-01", "vars": { "WHERE": "generated" }'"$1"' }' > generated/wrangler.json; }
generated ''
for environment in production nowhere; do
  if ! deploy "$environment" | tee said | grep 'env.WHERE ("generated")'; then
    cat said
    echo "changed: --env $environment is not ignored"
    exit 1
  fi
done

echo "--- redirected, with targetEnvironment"
generated ', "targetEnvironment": "staging"'
if deploy production > refused; then
  echo "changed: another target environment is not refused"
  exit 1
fi
grep 'does not match the target environment' refused
echo "as found: without targetEnvironment, --env is ignored"
