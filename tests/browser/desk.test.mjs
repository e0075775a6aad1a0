// The desk of `cargo edge dev`, as a developer sees it, also on a telephone. Its statements about a deployed edge are true.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { faults, inChromium, picture } from "../harness/chromium.mjs";

const DECISION = {
  time: "10:00:00", event: "signed_in", outcome: "done", label: "a_label_without_a_space_that_is_longer_than_others", person: "0123456789abcdef0123456789abcdef",
};
const STARTED = { time: "10:00:02", event: "sign_in_started", outcome: "done", label: "Cl.Cm" };
const LOST = { time: "10:00:03", event: "callback", outcome: "refused", label: "a_reason_without_a_space_that_is_long", level: "Cl.Cm" };
const REQUEST = { time: "10:00:01", event: "request", label: "303", path: "GET /account/a-path-that-has-no-space-and-is-longer-than-a-telephone-is-wide" };

let world, person;

inChromium({}, (made) => ({ world, person } = made));
beforeEach(async () => {
  await world.provider.control("DELETE", "decisions");
  await world.provider.control("POST", "decisions", [DECISION, REQUEST, { ...LOST, level: "" }]);
});

for (const javaScriptEnabled of [true, false]) {
  test(`when the desk is 375 pixels wide then it fits, and no request is among what the edge logs (script ${javaScriptEnabled})`, async () => {
    const { page, complaints } = await person({ viewport: { width: 375, height: 800 }, javaScriptEnabled });
    await page.goto(`${world.provider.url}/control/`);
    const rows = async (id) => (await page.locator(`#${id} tbody tr`).allTextContents()).join("\n");
    if (javaScriptEnabled) {
      // Lines that arrive while the page is open go to the same tables.
      await world.provider.control("POST", "decisions", [{ ...DECISION, event: "signed_out" }, { ...REQUEST, label: "204" }]);
      await page.locator("#decisions td", { hasText: "signed_out" }).waitFor();
      assert.match(await rows("requests"), /204/);
      const started = page.locator("#numbers tbody tr", { hasText: "Started" });
      assert.match(await started.textContent(), /Started0/);
      await world.provider.control("POST", "decisions", [STARTED, STARTED, { ...STARTED, event: "signed_in", seconds: 9 }, LOST]);
      await started.getByText("100.0 %").waitFor();
      assert.deepEqual(await page.locator("#numbers tbody tr").allTextContents(), [
        "Started2100.0 %", "Completed150.0 %", `callback ${LOST.label}150.0 %`, "Did not come back00.0 %", `callback ${LOST.label}1`,
      ]);
      assert.match(await page.textContent("#numbers"), /Median time of signed_in Cl\.Cm: 9 seconds/);
      const widths = await page.locator("#numbers .bar").evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
      assert.ok(widths[0] > 20 && Math.abs(widths[1] - widths[0] / 2) < 2 && widths[3] <= 1, widths.join());
      assert.deepEqual(await faults(page), []);
    }
    assert.match(await rows("decisions"), /signed_in/);
    assert.doesNotMatch(await rows("decisions"), /GET \//);
    assert.match(await rows("requests"), /GET \/account/);
    assert.doesNotMatch(await rows("requests"), /signed_in/);
    assert.match(await page.textContent("main"), /A deployed edge logs none of these/);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth).catch(() => 0);
    assert.ok(wide <= 375, `${wide} pixels`);
    await picture(page, "desk-375.png");
    assert.deepEqual(complaints, []);
  });
}
