// The GOV.UK One Login service header in Chromium: on the edge's own pages and as a fragment, with a strict policy and without
// a script.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { faults, inChromium, picture } from "../harness/chromium.mjs";
import { nextSecond } from "../harness/journey.mjs";

let world, service, person;

const services = { DEMO: { host: "localhost", revocation_check_seconds: 0 }, GOVUK: { host: "gov.localhost", theme: "govuk" } };
inChromium({ services }, (made) => ({ world, service, person } = made));
// A sign-in within the second of the last test's notification would have to begin again.
beforeEach(nextSecond);

for (const [lang, button, menu] of [["en", "Sign out", "GOV.UK One Login menu"], ["cy", "Allgofnodi", "Dewislen GOV.UK One Login"]]) {
  test(`an own page shows it to a signed-in person, axe finds nothing, and its button signs out (${lang})`, async () => {
    const { page, context, complaints } = await person();
    await page.goto(`${service}/account`);
    await page.goto(`${service}/auth/page?name=problem&lang=${lang}`);
    const header = page.getByRole("navigation", { name: menu });
    assert.equal(await header.count(), 1);
    assert.deepEqual(await faults(page), []);
    for (const width of [1000, 320, 250]) {
      await page.setViewportSize({ width, height: 600 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(over, 0, `at ${width}`);
    }
    await picture(page, `header/own-page-${lang}.png`);
    assert.deepEqual(complaints, []);
    await header.getByRole("button", { name: button }).click();
    await page.waitForURL(`${service}/auth/signed-out*`);
    const kept = (await context.cookies(service)).map(({ name }) => name);
    assert.ok(!kept.includes("__Host-ol-session"), kept.join());
  });
}

for (const theme of ["DEMO", "GOVUK"]) {
  test(`a service's page with a strict policy shows the fragment (${theme})`, async () => {
    const { page, complaints } = await person();
    const host = `http://${world.hosts[theme]}`;
    const fragment = await (await page.goto(`${host}/auth/header?lang=en`)).text();
    const policy = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'";
    const body = `<!doctype html><html lang="en"><head><title>Own page</title></head><body>${fragment}<main><h1>Own page</h1></main></body></html>`;
    await page.route(`${host}/public/own`, (route) =>
      route.fulfill({ body, contentType: "text/html; charset=utf-8", headers: { "content-security-policy": policy } }));
    await page.goto(`${host}/public/own`);
    assert.deepEqual(await page.getByRole("link").allTextContents(), theme === "GOVUK" ? ["", "GOV.UK One Login"] : ["GOV.UK One Login"]);
    const colour = await page.evaluate(() => getComputedStyle(document.querySelector(".one-login-header")).backgroundColor);
    assert.equal(colour, "rgb(26, 101, 166)");
    assert.deepEqual(complaints, []);
    await picture(page, `header/fragment-${theme.toLowerCase()}.png`);
  });
}
