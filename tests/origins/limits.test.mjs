// How long an assertion each server takes with the headers that a browser sends, and the option that lets it take more:
// the table of docs/headers.md, measured.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { doctorOf } from "../harness/doctor.mjs";
import { MEASURED, startServer } from "../harness/origin-servers.mjs";
import { ROOT } from "../harness/places.mjs";
import { request } from "../harness/wire.mjs";
import { World } from "../harness/world.mjs";

/** 27 headers of 1,743 bytes, 600 of them cookies. */
const USUAL = (() => {
  const names = Array.from({ length: 25 }, (_, number) => [`x-usual-${String(number).padStart(2, "0")}`, "v".repeat(26)]);
  const all = [["Host", "service.example.gov.uk"], ...names, ["Cookie", `a=${"c".repeat(598)}`]];
  const size = all.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  names.at(-1)[1] += "v".repeat(1_743 - size);
  return all.slice(1);
})();

/** The longest assertion that a server takes, in bytes. */
async function longest(server) {
  const takes = async (length) => {
    const headers = [...USUAL, ["One-Login-Assertion", "a".repeat(length)]];
    const answer = await request(server.port, { target: "/", host: "service.example.gov.uk", headers }).catch(() => null);
    return answer?.status === 200;
  };
  let [taken, refused] = [256, 131_072];
  assert.ok(await takes(taken), "a short assertion is taken");
  while (refused - taken > 1) {
    const middle = (taken + refused) >> 1;
    if (await takes(middle)) taken = middle;
    else refused = middle;
  }
  return taken;
}

/** The rows of the table: a server's name, its room for an assertion, whether there is an option. */
const ROWS = readFileSync(path.join(ROOT, "docs/headers.md"), "utf8")
  .split("\n")
  .map((line) => /^\| `(\w+)` \|[^|]*\| ([\d,]+) \|[^|]*\| (.+) \|$/.exec(line))
  .filter(Boolean)
  .map(([, name, room, option]) => ({ name, room: Number(room.replaceAll(",", "")), option: option.trim() }));

test("the table has a row for every server that is measured", () => {
  assert.deepEqual(ROWS.map(({ name }) => name).sort(), [...MEASURED].sort());
});

for (const { name, room, option } of ROWS) {
  test(`t105 ${name} takes an assertion of ${room} bytes, and no longer one`, async () => {
    const server = await startServer(name);
    try {
      const measured = await longest(server);
      assert.ok(Math.abs(measured - room) <= 16, `${name} takes ${measured}`);
    } finally {
      await server.stop();
    }
  });

  if (option.startsWith("none")) continue;
  test(`${name} takes 24,000 bytes with ${option}`, async () => {
    const server = await startServer(name, { raised: true });
    try {
      const measured = await longest(server);
      assert.ok(measured >= 24_000, `${name} takes ${measured}`);
    } finally {
      await server.stop();
    }
  });
}

/** The servers that the doctor names, with the limits that they are known for. */
const NAMED = [["uwsgi", 4_096, "uWSGI: buffer-size"], ["tomcat", 8_192, "Tomcat"], ["jetty", 8_192, "Jetty"], ["lighttpd", 8_192, "lighttpd"], ["node", 16_384, "Node"]];

test("t105 the doctor finds the limit of each server by asking, and names its option", async () => {
  const world = await World.start({ engine: "workerd" });
  try {
    const said = await doctorOf(world);
    for (const [name, limit, option] of NAMED) {
      const server = await startServer(name);
      try {
        const row = said(server.url, "origin headers");
        const bytes = Number(/it takes about (\d+) bytes/.exec(row)?.[1]);
        assert.ok(Math.abs(bytes - limit) <= limit / 16, `${name}: ${row}`);
        assert.ok(row.includes(option), `${name}: ${row}`);
        assert.equal(row.includes("too_short"), limit < 8_000, `${name}: ${row}`);
      } finally {
        await server.stop();
      }
    }
  } finally {
    await world.stop();
  }
});
