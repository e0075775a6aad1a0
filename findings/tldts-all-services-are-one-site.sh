#!/usr/bin/env bash
# tldts 7.6.0: by default `getDomain` says that every `*.service.gov.uk` is one site, unlike browsers and psl.
#
# Guess:     `service.gov.uk` is in the Public Suffix List, so the domain of `apply.service.gov.uk` is that name itself.
# Behaviour: `getDomain` answers `service.gov.uk`, because the list has it in its private part and tldts leaves that part out by
#            default. `{ allowPrivateDomains: true }` answers as psl does, and as tough-cookie 6.1.0, which refuses
#            a cookie for `service.gov.uk`. The same holds for `workers.dev` and `pages.dev`.
# Matters:   a rule, a limit or a cookie's `Domain` for "the same site" then joins the services of all departments.
set -euo pipefail
VERSION=7.6.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "tldts@$VERSION" tough-cookie@6.1.0 psl@1.15.0 >/dev/null
cat > finding.mjs <<'JS'
import psl from "psl";
import { getDomain } from "tldts";
import { CookieJar } from "tough-cookie";

for (const host of ["apply.service.gov.uk", "preview.team.workers.dev", "www.example.gov.uk"]) {
  console.log(`${host}: tldts ${getDomain(host)}, with private ${getDomain(host, { allowPrivateDomains: true })}, psl ${psl.get(host)}`);
}
const kept = await new CookieJar().setCookie("a=1; Domain=service.gov.uk", "https://apply.service.gov.uk/").then(() => "kept", () => "refused");
console.log(`tough-cookie: a cookie for service.gov.uk is ${kept}`);
JS
echo "tldts $VERSION"
seen=$(node finding.mjs)
echo "$seen"
[ "$seen" = "apply.service.gov.uk: tldts service.gov.uk, with private apply.service.gov.uk, psl apply.service.gov.uk
preview.team.workers.dev: tldts workers.dev, with private team.workers.dev, psl team.workers.dev
www.example.gov.uk: tldts example.gov.uk, with private example.gov.uk, psl example.gov.uk
tough-cookie: a cookie for service.gov.uk is refused" ] || { echo "this has changed" >&2; exit 1; }
