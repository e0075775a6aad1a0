// A private beta in Chromium: a person without an invitation is told so in both languages, and comes in with a link.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { faults, inChromium } from "../harness/chromium.mjs";

const CODE = "AAECAwQFBgcICQoLDA0ODw";
const { privateKey, publicKey } = await generateKeyPair("ES256");
const jwk = await exportJWK(publicKey);
const kid = await calculateJwkThumbprint(jwk);
const services = { DEMO: { host: "localhost", admission: "invited", service_keys: [jwk], contact: "https://example.gov.uk/help" } };

let world, service, person;
inChromium({ services }, (made) => ({ world, service, person } = made));

async function invite() {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: service, aud: service, sub: service, iat: now, exp: now + 60, jti: randomUUID(), act: "add", who: [CODE] };
  const body = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid, typ: "admission+jwt" }).sign(privateKey);
  const answer = await world.raw({ method: "POST", target: "/auth/admission", headers: [["Content-Type", "application/jwt"]], body });
  assert.equal(answer.status, 200, answer.text);
}

test("t151 t155 a person who was not invited sees why and whom to ask, and comes in with a link", async () => {
  const { page, context } = await person();
  await page.goto(`${service}/account`);
  assert.equal(await page.textContent("h1"), "You need an invitation");
  assert.deepEqual(await faults(page), []);
  assert.equal(await page.getByRole("link", { name: /help|contact/i }).first().getAttribute("href"), "https://example.gov.uk/help");
  const sessions = (await context.cookies(service)).filter(({ name }) => name.startsWith("__Host-ol-session"));
  assert.deepEqual(sessions, []);
  await page.getByRole("link", { name: "Cymraeg" }).click();
  assert.equal(await page.textContent("h1"), "Mae angen gwahoddiad arnoch");
  assert.deepEqual(await faults(page), []);
  await invite();
  await page.goto(`${service}/auth/sign-in?return_to=/account&invitation=${CODE}`);
  await page.waitForURL(`${service}/account`);
  assert.match(await page.textContent(".panel"), /kenneth@example\.gov\.uk/);
});
