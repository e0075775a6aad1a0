#!/usr/bin/env bash
# govuk-frontend 6.6.0 with Express 5.2.1: one ticked box comes back with other boxes ticked, two come back right.
#
# Guess:     `values: body.reasons` of `govukCheckboxes` ticks the boxes that the person ticked, when a form is shown again.
# Behaviour: Express gives a text for one ticked box and a list for two. `values` is searched with `in` of Nunjucks, which for a text
#            looks for a part of it: `10` also ticks `1`, and `not-working` also ticks `working`. No error is raised.
# Matters:   a person corrects one field and sends a box that they never ticked. A test that ticks two boxes passes.
#            `values: [].concat(body.reasons ?? [])` gives a list always.
set -euo pipefail
VERSION=6.6.0
EXPRESS=5.2.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "govuk-frontend@$VERSION" "express@$EXPRESS" nunjucks@3.2.4 >/dev/null
cat > finding.cjs <<'JS'
const express = require("express");
const nunjucks = require("nunjucks");

const page = `{% from "govuk/components/checkboxes/macro.njk" import govukCheckboxes %}
{{ govukCheckboxes({ name: "reasons", values: values, items: [
  { value: "working", text: "Working" }, { value: "not-working", text: "Not working" }, { value: "student", text: "Student" }
] }) }}`;
const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader("node_modules/govuk-frontend/dist"));
const ticked = (values) =>
  [...environment.renderString(page, { values }).matchAll(/<input[^>]*value="([^"]*)"([^>]*)>/g)]
    .filter(([, , rest]) => rest.includes("checked")).map(([, value]) => value).join(" and ");
const app = express().use(express.urlencoded({ extended: false })).post("/", ({ body: { reasons } }, response) => {
  response.send(`${ticked(reasons)}; made a list: ${ticked([].concat(reasons ?? []))}`);
});
const server = app.listen(0, "127.0.0.1", async () => {
  for (const sent of [["not-working"], ["not-working", "student"]]) {
    const body = new URLSearchParams(sent.map((value) => ["reasons", value]));
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, { method: "POST", body });
    console.log(`sent ${sent.join(" and ")}: ${await answer.text()}`);
  }
  server.close();
  server.closeAllConnections();
});
JS
echo "govuk-frontend $VERSION, express $EXPRESS, nunjucks 3.2.4"
seen=$(node finding.cjs)
echo "$seen"
[ "$seen" = "sent not-working: working and not-working; made a list: not-working
sent not-working and student: not-working and student; made a list: not-working and student" ] || { echo "this has changed" >&2; exit 1; }
