// Where servers redirect to by themselves, with the headers that the Worker sets: the doctor says when it is not the service's
// own host, and is content when the server has the setting that the doctor names.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { doctorOf } from "../harness/doctor.mjs";
import { startRedirecting } from "../harness/origin-servers.mjs";
import { World } from "../harness/world.mjs";

let world, said;

before(async () => {
  world = await World.start({ engine: "workerd" });
  const of = await doctorOf(world);
  said = (url) => of(url, "origin addresses");
});
after(() => world?.stop());

for (const [name, setting] of [["nginx", "absolute_redirect off"], ["jetty", "ForwardedRequestCustomizer"]]) {
  test(`${name}: the doctor finds a redirect to the server's own host, and none with ${setting}`, async () => {
    for (const believes of [false, true]) {
      const server = await startRedirecting(name, believes);
      try {
        const row = said(server.url);
        assert.equal(row.includes("origin addresses.host"), !believes, row);
        if (believes) assert.match(row, /[1-9] of \d answers redirect/);
        else assert.ok(row.includes(setting) && row.includes(`to ${server.url}/`), row);
      } finally {
        await server.stop();
      }
    }
  });
}
