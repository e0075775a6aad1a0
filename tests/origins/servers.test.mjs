// Servers that services really run on, each asked through the built Worker whether the page that it would serve is the
// page that the Worker judged. The same request sent past the Worker shows that the test can see the fault.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signIn } from "../harness/journey.mjs";
import { NAMES, startServer } from "../harness/origin-servers.mjs";
import { request } from "../harness/wire.mjs";
import { World } from "../harness/world.mjs";

const CLAIMS = ["coreIdentityJWT"];
const EVIL = "203.0.113.66";
const ROUTES = [
  { path: "/assets/*", access: "public" },
  { path: "/account/*", access: "required", level: "Cl.Cm" },
  { path: "/staff/*", access: "required", level: "Cl.Cm.P2" },
];

/** The headers that each server believes at its defaults, with the sign of it in its application. */
const TAKEN = {
  gunicorn: [
    [[["SCRIPT_NAME", "/assets"]], ({ page }) => page === "/account/details"],
    [[["X-Forwarded-Proto", "https"]], ({ scheme }) => scheme === "https"],
  ],
  uwsgi: [
    [[["One_Login_Assertion", "evil"]], ({ names }) => names.HTTP_ONE_LOGIN_ASSERTION === "evil"],
    [[["X_Forwarded_Host", "evil"]], ({ names }) => names.HTTP_X_FORWARDED_HOST === "evil"],
    [[["X-Forwarded-Proto", "https"]], ({ scheme }) => scheme === "https"],
  ],
  puma: [
    [[["One_Login_Assertion", "evil"]], ({ names }) => names.HTTP_ONE_LOGIN_ASSERTION === "evil"],
    [[["X-HTTP-Method-Override", "DELETE"]], ({ method }) => method === "DELETE"],
    [[["X-Forwarded-Host", "evil.example"]], ({ host }) => host === "evil.example"],
    [[["X-Forwarded-For", EVIL]], ({ client }) => client === EVIL],
    [[["Forwarded", `for=${EVIL};host=evil.example;proto=https`]], ({ names }) => names.HTTP_FORWARDED?.includes(EVIL)],
  ],
  php: [
    [[["X-Original-URL", "/account/details"]], ({ page }) => page === "/account/details"],
    [[["X-Rewrite-URL", "/account/details"]], ({ page }) => page === "/account/details"],
    [[["X-Real-IP", EVIL]], ({ client }) => client === EVIL],
  ],
  tomcat: [
    [[["ssl_cipher", "evil"]], ({ cipher }) => cipher === "evil"],
    [[["X-Forwarded-For", EVIL]], ({ client }) => client === EVIL],
    [[["X-Forwarded-Proto", "https"]], ({ scheme }) => scheme === "https"],
  ],
};

/** Every header of the table, and the ones that no server of these reads. */
const ALL = [...new Map(Object.values(TAKEN).flat().flatMap(([headers]) => headers).map((pair) => [pair[0], pair])).values()];

/** Spellings of public addresses that lead to a protected page where a server reads them in its own way. */
const SPELLINGS = [
  "/assets/../account/details", "/assets/%2e%2e/account/details", "/assets/.%2E/account/details", "/assets/..%2faccount/details",
  "/assets/..%5caccount/details", "/assets/..\\account/details", "/assets/..;/account/details", "/assets/..;x=1/account/details",
  "/assets/%252e%252e/account/details", "/assets/..%252faccount", "/assets/..%c0%afaccount/details", "/assets/x/../../account/details",
  "/assets//../account/details", "/assets/%00/../account/details", "/assets;/../account/details", "//account/details", "/./account/details",
  "/account;x=1/details", "/account/details%00", "/ACCOUNT/details", "/%61ccount/details", "/account%2fdetails", "/account/./details",
  "/assets/..?/account/details", "/assets/#/../../account/details", "http://evil.example/account/details", "/assets/ /account",
];

let servers = {};
let world;
const browsers = {};

before(async () => {
  const started = await Promise.allSettled(NAMES.map(startServer));
  servers = Object.fromEntries(started.flatMap(({ value }) => (value ? [[value.name, value]] : [])));
  for (const { reason } of started) if (reason) throw reason;
  const services = NAMES.map((name) => [name.toUpperCase(), { host: `${name}.localhost`, origin: servers[name].url, routes: ROUTES, registered_claims: CLAIMS, registration: { claims: CLAIMS, client_locs: ["P0", "P2"] } }]);
  world = await World.start({ engine: "workerd", services: Object.fromEntries(services) });
  for (const name of NAMES) await signIn(world, (browsers[name] = world.browser(name.toUpperCase())), "/account/details");
});
after(async () => {
  await world?.stop();
  await Promise.all(Object.values(servers).map((server) => server.stop()));
});

/** A request past the Worker. */
const direct = (name, headers, target, method = "POST") => request(servers[name].port, { method, target, host: "direct.example", headers, body: "" });

/** A request through it. */
const through = (name, headers, target, method = "POST") => world.raw({ host: world.hosts[name.toUpperCase()], method, target, headers, body: "" });

for (const name of NAMES) {
  test(`t90 ${name} serves the page that was judged, whatever headers say of path, host, method, scheme, client or user`, async () => {
    const target = "/assets/account/details";
    for (const [headers, seen] of TAKEN[name]) {
      const about = `${name}: ${headers[0][0]}`;
      const plain = await direct(name, [], target);
      assert.ok(!seen(plain.json), `${about}: it is the header that does it`);
      assert.ok(seen((await direct(name, headers, target)).json), `${about} moves nothing, so that this test shows nothing`);
      const answer = await through(name, headers, target);
      assert.equal(answer.status, 200, about);
      assert.ok(!seen(answer.json), `${about}: ${answer.text}`);
    }
    const { json: usual } = await through(name, [], target);
    const { json } = await through(name, ALL, target);
    for (const part of ["page", "method", "scheme", "host", "client"]) assert.equal(json[part], usual[part], `${name}: ${part}`);
    assert.equal(json.page, target);
    assert.equal(json.method, "POST");
    assert.doesNotMatch(JSON.stringify(json.names), /evil|203\.0\.113\.66/, name);
  });

  test(`t90 a person at one level reaches no page of a higher one on ${name}`, async () => {
    const cookie = [["Cookie", browsers[name].cookie]];
    const answer = await through(name, [...ALL, ["SCRIPT_NAME", "/account"], ["X-Original-URL", "/staff/x"], ...cookie], "/account/staff/x", "GET");
    assert.equal(answer.status, 200);
    assert.equal(answer.json.page, "/account/staff/x");
    const assertion = Object.entries(answer.json.names).filter(([key]) => /^(HTTP_)?one[-_]login[-_]assertion$/i.test(key));
    assert.equal(assertion.length, 1, "one assertion arrives");
    assert.equal(assertion[0][1].split(".").length, 3, "and it is the Worker's");
  });

  test(`t57 no spelling of a public address is a protected page on ${name}`, async () => {
    let moved = 0;
    for (const target of SPELLINGS) {
      const page = (answer) => (answer?.status === 200 && answer.text.startsWith("{") ? answer.json.page : null);
      const protectedPage = (text) => text !== null && /^\/*account/i.test(text);
      if (protectedPage(page(await direct(name, [], target, "GET").catch(() => null)))) moved += 1;
      const answer = await through(name, [], target, "GET");
      assert.ok(!protectedPage(page(answer)), `${name} served ${page(answer)} for ${target}`);
      assert.ok([302, 400, 401, 404, 200].includes(answer.status), `${target}: ${answer.status}`);
    }
    assert.ok(moved > 0, "some spelling is a protected page there, or this test shows nothing");
  });
}
