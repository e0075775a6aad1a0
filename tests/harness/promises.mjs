// The promises that `cargo edge assure load` keeps an eye on besides the flood: kills, storage that fails, bursts, streams and
// big bodies. Each gives its observation as a text, or throws.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { NAVIGATION } from "./browser.mjs";
import { OWN_PAGE, nextSecond, signedIn, untilCallback } from "./journey.mjs";
import { inParallel, residentOf } from "./memory.mjs";
import { startOrigin } from "./origin.mjs";
import { request } from "./wire.mjs";
import { World } from "./world.mjs";

const MIB = 1_048_576;
const ALWAYS_ASKED = { DEMO: { host: "localhost", revocation_check_seconds: 0 } };

async function within(options, work) {
  const world = await World.start({ engine: "workerd", ...options });
  try {
    return await work(world);
  } finally {
    // A killed runtime may have left half a line in its log.
    await world.stop({ silent: options.silent });
  }
}

const isIn = async (browser) => (await browser.copy().get("/echo/x")).status === 200;

/** Sign-ins and sign-outs that a kill of the runtime interrupts: an answer that was given holds afterwards. */
const kills = (rounds) => within({ services: ALWAYS_ASKED }, async (world) => {
  let checks = 0;
  for (let round = 0; round < rounds; round += 1) {
    const arriving = [];
    const leaving = [];
    for (let n = 0; n < 5; n += 1) {
      const browser = world.browser();
      arriving.push({ browser, callback: await untilCallback(world, browser, "/account") });
      const one = await signedIn(world);
      leaving.push({ browser: one, copy: one.copy() });
    }
    const settled = Promise.all([
      ...arriving.map(({ browser, callback }) => browser.get(callback).catch(() => undefined)),
      ...leaving.map(async (one) => {
        const answer = await one.browser.get("/auth/sign-out", OWN_PAGE).catch(() => undefined);
        one.isOut = answer?.status === 303 && one.browser.endings.length === 0;
      }),
    ]);
    await sleep((round * 97) % 500);
    process.kill(-world.edge.process.pid, "SIGKILL");
    await settled;
    await world.restart();
    for (const { browser } of arriving.filter(({ browser }) => browser.session !== undefined)) {
      assert.ok(await isIn(browser), "a session whose cookie was given is lost");
      checks += 1;
    }
    for (const { copy } of leaving.filter(({ isOut }) => isOut)) {
      assert.equal(await isIn(copy), false, "a session that was ended is alive");
      checks += 1;
    }
    world.browsers.length = 0;
  }
  assert.ok(checks > rounds, `only ${checks} checks`);
  return `${rounds} kills, ${checks} answers checked: none lost, none alive that had ended`;
});

/** Accounts whose storage fails, before or after they have stored, while many come and go. */
const storage = (count) => within({ services: ALWAYS_ASKED, faulty: true }, async (world) => {
  const people = [];
  for (let n = 0; n < 10; n += 1) people.push(await signedIn(world));
  for (const mode of ["throws", "throws-afterwards"]) {
    const arriving = [];
    for (let n = 0; n < 10; n += 1) {
      const browser = world.browser();
      arriving.push({ browser, callback: await untilCallback(world, browser, "/account") });
    }
    await world.accounts(mode);
    await inParallel(count, 20, async (n) => assert.equal((await people[n % 10].copy().fetch("/echo/x")).status, 200));
    await Promise.all(arriving.map(async ({ browser, callback }) => assert.equal((await browser.get(callback)).status, 503)));
    assert.ok(arriving.every(({ browser }) => browser.session === undefined), "no person signs in");
    await world.accounts("sound");
    await sleep(6_000);
    for (const person of people) assert.ok(await isIn(person));
  }
  return `${2 * count} requests of people who are signed in: all 200 within their grace; 20 sign-ins: all 503, none in; every session alive afterwards`;
});

/** Notifications all at once; one that is put off is sent again, as One Login does. */
const notifications = (count) => within({ services: ALWAYS_ASKED }, async (world) => {
  await signedIn(world);
  await nextSecond();
  let again = 0;
  const notify = (n) => world.provider.notify({ client_id: "demo", sub: `urn:fdc:gov.uk:2022:load-${n}` });
  // More at once would be a load of the simulated One Login.
  await inParallel(count, 50, async (n) => {
    let { status } = await notify(n);
    if (status === 503) {
      again += 1;
      await sleep(1_000);
      ({ status } = await notify(n));
    }
    assert.equal(status, 200);
  });
  return `${count}, fifty at once: all 200, ${again} of them at the second try`;
});

/** Sign-ins that start all at once in an isolate that remembers nothing, with One Login's documents in KV from another one. */
const starts = (count) => within({ services: ALWAYS_ASKED, twice: true }, async (world) => {
  await signedIn(world);
  // The documents are stored after the answer.
  await sleep(1_000);
  const begin = (n) => request(world.elsewhere, { host: world.host, target: "/account", headers: [...NAVIGATION, ["CF-Connecting-IP", `192.0.2.${n % 250}`]] });
  const answers = await Promise.all(Array.from({ length: count }, (_, n) => begin(n)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [302]);
  return `${count} at once: all sent to One Login`;
});

/** A request through the Worker whose answer, and whose body, is a stream. */
function streamed(world, browser, target, body) {
  const headers = { host: world.host, cookie: browser.cookie, "sec-fetch-dest": "empty", "sec-fetch-site": "same-origin" };
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const sending = http.request({ port: world.port, path: target, method, headers, agent: false }, resolve);
    sending.on("error", reject);
    if (body === undefined) sending.end();
    else pipeline(body, sending).catch(reject);
  });
}

const EVENTS = 5;

/** Server-sent events of many connections that are open at once. */
async function streams(count) {
  const origin = await startOrigin({
    "/account": (_, response) => response.end(),
    "/account/events": async (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let n = 0; n < EVENTS; n += 1) {
        response.write(`data: ${n}\n\n`);
        await sleep(500);
      }
      response.end();
    },
  });
  try {
    return await within({ services: { DEMO: { host: "localhost", origin: origin.url } } }, async (world) => {
      const browser = await signedIn(world);
      const read = async () => {
        const answer = await streamed(world, browser, "/account/events");
        const parts = [];
        for await (const part of answer) parts.push(part);
        assert.ok(parts.length > 1, "the events came one after another");
        const expected = Array.from({ length: EVENTS }, (_, n) => `data: ${n}\n\n`).join("");
        assert.equal(Buffer.concat(parts).toString(), expected);
      };
      await Promise.all(Array.from({ length: count }, read));
      return `${count} connections open at once: every event arrived, in its order`;
    });
  } finally {
    await origin.stop();
  }
}

/** So many MiB of one random block, and their hash. */
function blocks(mib) {
  const block = randomBytes(MIB);
  const hash = createHash("sha256");
  for (let n = 0; n < mib; n += 1) hash.update(block);
  const body = () => Readable.from((function* () {
    for (let n = 0; n < mib; n += 1) yield block;
  })());
  return { body, hash: hash.digest("hex") };
}

async function hashOf(stream) {
  const hash = createHash("sha256");
  stream.on("data", (part) => hash.update(part));
  await finished(stream, { writable: false });
  return hash.digest("hex");
}

/** Bodies much larger than what an isolate may hold, down and up. */
async function bodies(mib) {
  const { body, hash } = blocks(mib);
  const origin = await startOrigin({
    "/account": (_, response) => response.end(),
    "/account/down": (_, response) => void pipeline(body(), response).catch(() => undefined),
    "/account/up": async (request, response) => response.end(await hashOf(request)),
  });
  try {
    return await within({ services: { DEMO: { host: "localhost", origin: origin.url } } }, async (world) => {
      const browser = await signedIn(world);
      const before = await residentOf(world.edge.process.pid);
      assert.equal(await hashOf(await streamed(world, browser, "/account/down")), hash);
      const answer = await streamed(world, browser, "/account/up", body());
      const parts = [];
      for await (const part of answer) parts.push(part);
      assert.equal(Buffer.concat(parts).toString(), hash);
      const grown = Math.round(((await residentOf(world.edge.process.pid)) - before) / MIB);
      assert.ok(grown < mib / 2, `workerd holds ${grown} MiB more`);
      return `${mib} MiB down and ${mib} MiB up: the same bytes, and workerd holds ${Math.max(0, grown)} MiB more`;
    });
  } finally {
    await origin.stop();
  }
}

/** Each promise with its check. */
export const PROMISES = [
  ["An answer that was given holds when the runtime is killed", () => kills(20)],
  ["While storage fails people who are signed in go on, and none signs in", () => storage(1_000)],
  ["A burst of notifications is taken", () => notifications(500)],
  ["A burst of sign-ins in a cold isolate starts, with a copy of the documents in KV", () => starts(500)],
  ["Streams stay streams", () => streams(200)],
  ["Big bodies pass through", () => bodies(512)],
];
