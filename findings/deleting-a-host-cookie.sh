#!/usr/bin/env bash
# Express 5.2.1, @fastify/cookie 11.1.5, Starlette 1.10.0 and Flask 3.1.3 delete a `__Host-` cookie without `Secure`; Django adds it.
#
# Guess:     a helper that deletes a cookie by its name sends a `Set-Cookie` which a browser obeys. The name says that `Secure` is needed
#            (RFC 6265bis section 4.1.3.2).
# Behaviour: of five frameworks only Django 5.2.19 adds `Secure` for such a name. The four others send a deletion that a user agent
#            with the rule of prefixes ignores, as tough-cookie 6.1.0 does with `prefixSecurity: "strict"`. The cookie stays.
# Matters:   a sign-out of the service's own answers 200 and changes nothing. A test whose jar has no such rule sees the cookie go.
#            Give the deletion the attributes with which the cookie was set.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund express@5.2.1 fastify@5.12.8 @fastify/cookie@11.1.5 tough-cookie@6.1.0 >/dev/null
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check django==5.2.19 starlette==1.10.0 flask==3.1.3
cat > finding.py <<'PYTHON'
import json
import django
from django.conf import settings
from django.http import HttpResponse
from flask import Response as Flask
from starlette.responses import Response as Starlette

settings.configure()
django.setup()
NAME = "__Host-session"
answers = {"django": HttpResponse(), "starlette": Starlette(), "flask": Flask()}
for answer in answers.values():
    answer.delete_cookie(NAME)
print(json.dumps({
    "django": answers["django"].cookies[NAME].OutputString(),
    "starlette": answers["starlette"].headers["set-cookie"],
    "flask": answers["flask"].headers["Set-Cookie"],
}))
PYTHON
cat > finding.mjs <<'JS'
import { once } from "node:events";
import cookie from "@fastify/cookie";
import express from "express";
import Fastify from "fastify";
import { CookieJar } from "tough-cookie";

const NAME = "__Host-session";
const app = express().get("/", (_, response) => response.clearCookie(NAME).send(""));
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const fastify = Fastify();
await fastify.register(cookie);
fastify.get("/", (_, reply) => reply.clearCookie(NAME).send(""));
const deletions = {
  express: (await fetch(`http://127.0.0.1:${server.address().port}/`)).headers.getSetCookie()[0],
  fastify: (await fastify.inject({ url: "/" })).headers["set-cookie"],
  ...JSON.parse(process.argv[2]),
};
server.close();
server.closeAllConnections();
const page = "https://apply.service.gov.uk/";
for (const [name, deletion] of Object.entries(deletions)) {
  const jar = new CookieJar(null, { prefixSecurity: "strict" });
  await jar.setCookie(`${NAME}=1; Path=/; Secure; HttpOnly`, page);
  await jar.setCookie(deletion, page).catch(() => {});
  console.log(`${name}: ${/; *secure/i.test(deletion) ? "Secure" : "no Secure"}, then the jar sends "${await jar.getCookieString(page)}"`);
}
JS
seen=$(node finding.mjs "$(python/bin/python finding.py)")
echo "$seen"
[ "$seen" = 'express: no Secure, then the jar sends "__Host-session=1"
fastify: no Secure, then the jar sends "__Host-session=1"
django: Secure, then the jar sends ""
starlette: no Secure, then the jar sends "__Host-session=1"
flask: no Secure, then the jar sends "__Host-session=1"' ] || { echo "this has changed" >&2; exit 1; }
