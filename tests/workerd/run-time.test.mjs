// The service asks at run time, by its answer of 401, for a level or a younger sign-in: what becomes of the real answer.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { decodeJwt } from "jose";
import { authorise, signedIn } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";
import { World } from "../harness/world.mjs";

let world, service, challenge;

before(async () => {
  const answer = (request, response) => {
    request.resume();
    const { vot } = request.headers["one-login-assertion"] ? decodeJwt(request.headers["one-login-assertion"]) : {};
    const status = challenge && vot !== "Cl.Cm.P2" ? 401 : 200;
    if (status === 401) response.setHeader("WWW-Authenticate", challenge);
    response.writeHead(status, { "Content-Type": "text/html" }).end(`<p>the service's own page, ${vot}</p>`);
  };
  service = await startOrigin({ "/account": answer, "/account/pay": answer, "/claim": answer, "/whoami": answer });
  const claims = ["coreIdentityJWT", "address", "returnCode"];
  const routes = [
    { path: "/account/*" },
    { path: "/whoami", access: "optional" },
    { path: "/claim", level: "Cl.Cm.P2" },
  ];
  world = await World.start({
    engine: "workerd",
    services: { DEMO: { host: "localhost", origin: service.url, routes, registered_claims: claims, registration: { claims, client_locs: ["P1", "P2"] } } },
  });
});
beforeEach(() => {
  challenge = undefined;
  return world.clear();
});
after(async () => {
  await world?.stop();
  await service?.stop();
});

test("when the service asks for a level, then a page leads to the proof and back, and the challenge is not shown", async () => {
  const browser = await signedIn(world);
  challenge = 'OneLogin level="Cl.Cm.P2"';
  const asked = await browser.get("/account/pay?a=b");
  assert.deepEqual([asked.status, asked.get("www-authenticate")], [302, null]);
  assert.doesNotMatch(asked.text, /own page/);
  const object = decodeJwt(new URL(asked.location).searchParams.get("request"));
  assert.deepEqual(object.vtr, ["Cl.Cm.P2"]);
  const back = await browser.get(await authorise(world, asked.location, browser));
  assert.deepEqual([back.status, back.location], [303, "/account/pay?a=b"]);
  const shown = await browser.get("/account/pay?a=b");
  assert.deepEqual([shown.status, shown.text], [200, "<p>the service's own page, Cl.Cm.P2</p>"]);
  await world.logs("sign_in_started", "Cl.Cm.P2");
});

test("when a script gets the service's 401, then it goes on as it is", async () => {
  const browser = await signedIn(world);
  challenge = 'OneLogin level="Cl.Cm.P2"';
  const answer = await browser.fetch("/account/pay");
  assert.deepEqual([answer.status, answer.get("www-authenticate")], [401, challenge]);
  assert.match(answer.text, /own page, Cl\.Cm</);
});

test("t131 when the challenge is another's or asks for what no route has, then the service's 401 goes on as it is", async () => {
  const browser = await signedIn(world);
  for (challenge of ['Basic realm="staff"', 'OneLogin level="Cl.Cm.P1"', "OneLogin max_age=7", 'Bearer realm="OneLogin level"']) {
    const answer = await browser.get("/account/pay");
    assert.deepEqual([answer.status, answer.get("www-authenticate")], [401, challenge], challenge);
    assert.match(answer.text, /own page/);
  }
  await world.logs("service_asked", "not_possible");
});

test("when an optional page asks for a sign-in, then a stranger is sent to one", async () => {
  challenge = 'OneLogin level="Cl.Cm"';
  const answer = await world.browser().get("/whoami");
  assert.equal(answer.status, 302);
  assert.ok(answer.location.startsWith(world.provider.url));
});
