// Proxies that verify the assertion for a service, each with the configuration of docs/verify-in-a-proxy.md: they judge the
// shared vectors as every verifier does, but for those that the page leaves to the service.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { startProxy } from "../harness/proxies.mjs";
import { ROOT } from "../harness/places.mjs";
import { request } from "../harness/wire.mjs";

const PYTHON = process.env.EDGE_PYTHON ?? "python3";
const PAGE = readFileSync(path.join(ROOT, "docs/verify-in-a-proxy.md"), "utf8");

/** A section of the page: its configuration, and the vectors that it leaves to the service. */
function section(title) {
  const text = PAGE.split(/^## /m).find((one) => one.startsWith(`${title}\n`));
  const blocks = [...text.matchAll(/^```(?:haproxy|apache|yaml)\n(.*?)^```/gms)].map(([, block]) => block);
  const left = /Left to the service: ([^.;]*)/.exec(text)[1];
  return { blocks, left: [...left.matchAll(/`([^`]+)`/g)].map(([, name]) => name).sort() };
}

/** The vectors as they are when an assertion is made at a moment, in seconds. */
const vectors = (now) => JSON.parse(execFileSync(PYTHON, ["-B", path.join(ROOT, "packages/make_vectors.py"), "--now", String(now)], { maxBuffer: 1 << 24 }));
const seconds = () => Math.floor(Date.now() / 1_000);
const { published, issuer, audience } = vectors(seconds());

let directory;
let keys;

const listening = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));

/** A service behind a proxy, and the headers of the requests that reached it. */
async function startService() {
  const asked = [];
  const server = http.createServer((incoming, response) => {
    asked.push(incoming.headersDistinct);
    response.end("a page");
  });
  await listening(server);
  return { asked, port: server.address().port, stop: () => server.close() };
}

before(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "one-login-edge-proxies-"));
  const [certificate, key] = ["certificate.pem", "key.pem"].map((name) => path.join(directory, name));
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate, ...subject], { stdio: "ignore" });
  // The Worker publishes keys of P-256 only.
  const answer = (_asked, response) => response.end(JSON.stringify({ keys: [...published.first.keys, ...published.second.keys] }));
  keys = {
    certificate,
    plain: http.createServer(answer),
    tls: https.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, answer),
  };
  for (const server of [keys.plain, keys.tls]) await listening(server);
  const [, command] = /^```sh\n(.*?)\n```/ms.exec(PAGE);
  await promisify(execFile)("sh", ["-c", filled(command)], { cwd: directory });
});
after(async () => {
  for (const server of [keys?.plain, keys?.tls]) server?.close();
  await rm(directory, { recursive: true, force: true });
});

/** The configuration as a service team writes it, with the texts of the vectors and the ports of this test; `tls` for a module that fetches keys by https only. */
function filled(block, tls = false) {
  const [first, second] = ["first", "second"].map((name) => published[name].keys[0].kid);
  const port = (server) => server.address().port;
  return block
    .replaceAll("https://YOUR-HOST/auth/assertion-jwks.json", tls ? `https://localhost:${port(keys.tls)}/` : `http://127.0.0.1:${port(keys.plain)}/auth/assertion-jwks.json`)
    .replaceAll("https://YOUR-HOST", issuer)
    .replaceAll("YOUR-ORIGIN-AUDIENCE", audience)
    .replaceAll("/etc/haproxy/keys", directory)
    .replaceAll("FIRST-KID", first)
    .replaceAll("SECOND-KID", second)
    .replaceAll("/etc/ssl/certs/ca-certificates.crt", keys.certificate)
    .replaceAll("YOUR-HOST, port_value: 443", `127.0.0.1, port_value: ${port(keys.tls)}`)
    .replaceAll("YOUR-HOST", "localhost");
}

/** A vector that a proxy can judge: for one assertion of this moment, and no level or second statement. */
const applies = ({ outcome, bound, level, headers, now }, made) =>
  outcome !== "anonymous" && !bound && level === undefined && now === made && !headers.some(([name]) => name === "One-Login-Identity");

describe("proxies", { concurrency: true }, () => {
  for (const title of ["HAProxy", "Apache", "mod_auth_openidc", "Envoy"]) {
    test(`t56 ${title} with the configuration of the page refuses all that a verifier refuses, but for what the page leaves to the service`, async () => {
      const { blocks, left } = section(title);
      const service = await startService();
      const proxy = await startProxy(title.toLowerCase(), blocks.map((block) => filled(block, title === "mod_auth_openidc")), service.port);
      const ask = ({ method, path: target, headers }) => request(proxy.port, { method, target, host: "service", headers });
      try {
        // Apache takes an assertion in the second in which it ends.
        const made = seconds() - 1;
        // Those ahead are asked a little later than they are made.
        const [document, ahead] = [vectors(made), vectors(made + 60)];
        const wrong = [];
        let judged = 0;
        for (const [vector, moment] of [...document.vectors.map((one) => [one, made]), ...ahead.vectors.map((one) => [one, made + 60])]) {
          if (!applies(vector, moment) || (vector.reason === "made_ahead") !== (moment !== made)) continue;
          // A claim about the second statement is no part of the assertion's own proof.
          if (vector.reason === "wrong_identity") continue;
          service.asked.length = 0;
          const { status } = await ask(vector);
          judged += 1;
          if ((status === 200) !== (vector.outcome === "accepted")) wrong.push(vector.name);
          assert.equal(service.asked.length, status === 200 ? 1 : 0, `${vector.name}: ${status}`);
          if (status !== 200) assert.ok([400, 401, 403, 404, 431].includes(status), `${vector.name}: ${status}`);
        }
        assert.ok(judged > 110, `${judged} vectors`);
        assert.deepEqual(wrong.sort(), left);

        const [good] = document.vectors;
        service.asked.length = 0;
        await ask({ ...good, headers: [...good.headers, ["One-Login-Identity", "evil"]] });
        assert.equal(service.asked[0]["one-login-identity"], undefined, "no second statement reaches the service");
        assert.deepEqual(service.asked[0]["one-login-assertion"], [good.headers[0][1]], "the assertion does");

        // Its end counts, also for an assertion that was good a moment ago.
        const [old] = vectors(seconds() - 57).vectors;
        assert.equal((await ask(old)).status, 200);
        await sleep(5_200);
        assert.notEqual((await ask(old)).status, 200, "over");
        assert.doesNotMatch(proxy.said(), /urn:fdc|eyJhbGci/, "no person is in the log");
      } finally {
        await proxy.stop();
        service.stop();
      }
    });
  }
});
