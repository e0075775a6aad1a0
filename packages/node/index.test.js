// Runs the shared vectors through the middleware, in front of a real server. ONE_LOGIN_VECTORS names files of more.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { createServer, request } from "node:http";
import { after, test } from "node:test";
import { SignJWT, decodeJwt, exportJWK, jwtVerify } from "jose";
import { fetchJson, identityClaims, oneLogin, requireLevel } from "./index.js";
import { testEdge } from "./testing.js";

const file = (path) => JSON.parse(readFileSync(path, "utf8"));
const shared = file(new URL("../vectors.json", import.meta.url));
const others = (process.env.ONE_LOGIN_VECTORS ?? "").split(":").filter(Boolean).map(file);
const servers = [];
after(() => servers.forEach((server) => server.close()));

async function listening(handler) {
  const server = createServer(handler).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return server.address().port;
}

/** A service that says who is asking; at a level if one is required. */
function service(settings, level) {
  const middleware = oneLogin(settings);
  const guard = level ? requireLevel(level, settings.log) : (_request, _response, next) => next();
  return listening((request, response) => {
    middleware(request, response, () => guard(request, response, () => response.end(JSON.stringify(request.person))));
  });
}

async function ask(port, path, headers, method = "GET") {
  const response = await new Promise((resolve, reject) => {
    const names = [...new Set(headers.map(([name]) => name))];
    const values = (name) => headers.filter(([other]) => other === name).map(([, value]) => value);
    const asking = request({ port, method, path, host: "127.0.0.1", agent: false }, resolve).on("error", reject);
    for (const name of names) asking.setHeader(name, values(name));
    asking.end();
  });
  const body = (await response.setEncoding("utf8").toArray()).join("");
  const status = response.statusCode;
  if (status !== 200) {
    const page = response.headers["content-type"] === "text/html; charset=utf-8";
    if (!page) assert.equal(response.headers["content-type"], "application/problem+json");
    assert.equal(response.headers["cache-control"], "no-store");
    const reason = page ? /<code>(\w+)<\/code>/.exec(body)[1] : JSON.parse(body).reason;
    return { outcome: "refused", reason, status, page };
  }
  if (body === "null") return { outcome: "anonymous" };
  const { sub, sid, vot, email = null, identity } = JSON.parse(body);
  return { outcome: "accepted", person: { sub, sid, vot, email, identity } };
}

/** The parts of a vector that an answer must equal. */
const expected = ({ outcome, reason, status, page, person }) => JSON.parse(JSON.stringify({ outcome, reason, status, page, person }));

test("every vector has the outcome that it states, and one line says why it is refused", async () => {
  let count = 0;
  for (const { issuer, audience, public: open, published, vectors } of [shared, ...others]) {
    for (const vector of vectors) {
      const lines = [];
      const settings = { issuer, audience, public: open, bound: vector.bound, log: (line) => lines.push(line), now: () => vector.now };
      const port = await service({ ...settings, fetchKeys: async () => published.both }, vector.level);
      assert.deepEqual(await ask(port, vector.path, vector.headers, vector.method), expected(vector), vector.name);
      assert.equal(lines.length, vector.reason ? 1 : 0, vector.name);
      if (vector.reason) assert.match(lines[0], new RegExp(`^one-login-edge: refused: ${vector.reason}\\b`), vector.name);
      assert.doesNotMatch(lines.join(), /urn:fdc/, "no line names a person");
      count += 1;
    }
  }
  console.log(`vectors checked: ${count}`);
});

test("keys are fetched when they should be, and not otherwise", async () => {
  for (const { name, steps } of shared.sequences) {
    let step;
    let fetches = 0;
    const lines = [];
    const fetchKeys = async () => {
      fetches += 1;
      if (step.published === null) throw new Error("this is part of the test");
      return shared.published[step.published];
    };
    const settings = { issuer: shared.issuer, audience: shared.audience, log: (line) => lines.push(line) };
    const port = await service({ ...settings, now: () => step.now, fetchKeys });
    for (step of steps) {
      fetches = lines.length = 0;
      const answer = await ask(port, step.path, step.headers);
      assert.deepEqual([answer.outcome, answer.reason, fetches], [step.outcome, step.reason, Number(step.fetches)], `${name}, at ${step.now}`);
      const failed = lines.filter((line) => line.startsWith(`one-login-edge: keys_unavailable: ${shared.issuer}/auth/assertion-jwks.json: `));
      assert.equal(failed.length, step.fetches && step.published === null ? 1 : 0, "a line says which address failed");
    }
  }
});

test("keys come over HTTP in the name of this package, and not by way of a redirect", async () => {
  const agents = [];
  const port = await listening((request, response) => {
    agents.push(request.headers["user-agent"]);
    const moved = request.url !== "/keys";
    response.writeHead(moved ? 302 : 200, moved ? { location: "/keys" } : {});
    response.end(JSON.stringify(shared.published.both));
  });
  assert.deepEqual(await fetchJson(`http://127.0.0.1:${port}/keys`), shared.published.both);
  await assert.rejects(fetchJson(`http://127.0.0.1:${port}/moved`));
  assert.deepEqual(agents, Array(2).fill("one-login-edge-origin/1.0.0-rc.1 (node)"));
});

test("a service's own test signs a person in", async () => {
  const edge = await testEdge({ issuer: shared.issuer, audience: shared.audience });
  const port = await service(edge.settings, "Cl.Cm.P2");
  const headers = Object.entries(await edge.headers({ vot: "Cl.Cm.P2", email: "sian@example.com" }));
  assert.equal((await ask(port, "/", headers)).person.email, "sian@example.com");
});

test("claims that fit no header are fetched with a token of the service, and only the edge's own statement about this session is believed", async () => {
  const [edge, own, stranger] = Array.from({ length: 3 }, () => generateKeyPairSync("ec", { namedCurve: "P-256" }));
  let answer;
  const asked = [];
  const port = await listening((request, response) => {
    asked.push(request);
    response.writeHead(answer.status ?? 200).end(answer.text);
  });
  const [issuer, audience] = [`http://127.0.0.1:${port}`, "https://origin.example.gov.uk"];
  const person = { sub: "urn:example:sian", sid: "c2Vzc2lvbg", identity: null, claims_reference: "a-reference" };
  const statement = (change = {}, { typ = "one-login-identity+jwt", key = edge.privateKey } = {}) => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer, aud: audience, sub: person.sub, sid: person.sid, iat: now - 5, exp: now + 60, address: [{ postalCode: "BA2 5AA" }], ...change };
    return new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ, kid: "edge" }).sign(key);
  };
  const fetchKeys = async () => ({ keys: [{ ...(await exportJWK(edge.publicKey)), kid: "edge" }] });
  const claimsOf = identityClaims({ issuer, audience, key: own.privateKey, kid: "own", fetchKeys, log: () => {} });

  const long = Array(2_000).fill({ streetName: "HADLEY ROAD" });
  answer = { text: await statement({ address: long }) };
  assert.deepEqual(await claimsOf(person), { address: long }, "of any length");
  const [{ url, method, headers }] = asked;
  assert.deepEqual([method, url], ["GET", "/auth/claims"]);
  const { payload, protectedHeader } = await jwtVerify(headers.authorization.replace("Bearer ", ""), own.publicKey, { issuer: audience, audience: issuer });
  assert.deepEqual(protectedHeader, { alg: "ES256", kid: "own", typ: "fetch-claims+jwt" });
  assert.deepEqual([payload.sub, payload.reference, payload.exp - payload.iat], [person.sub, "a-reference", 60]);
  await claimsOf(person);
  assert.notEqual(decodeJwt(asked[1].headers.authorization.slice(7)).jti, payload.jti);

  for (const [reason, text, status] of [
    ["wrong_identity", await statement({ sid: "another" })],
    ["wrong_identity", await statement({ sub: "urn:example:kenneth" })],
    ["wrong_type", await statement({}, { typ: "one-login-assertion+jwt" })],
    ["wrong_signature", await statement({}, { key: stranger.privateKey })],
    ["wrong_audience", await statement({ aud: "https://another.example" })],
    ["expired", await statement({ exp: Math.floor(Date.now() / 1_000) - 1 })],
    ["malformed", "a page"],
    ["claims_unavailable", '{"error":"reference_used"}', 400],
    ["claims_unavailable", "", 503],
  ]) {
    answer = { text, status };
    await assert.rejects(claimsOf(person), (error) => error.reason === reason, reason);
  }
  const before = asked.length;
  assert.deepEqual(await claimsOf({ ...person, claims_reference: undefined, identity: { address: [] } }), { address: [] });
  assert.equal(asked.length, before, "claims that came along are not fetched");
});

test("an unknown level is a mistake in the code", () => assert.throws(() => requireLevel("P2"), /P2 is no level/));
