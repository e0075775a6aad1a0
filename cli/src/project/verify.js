// Prints the SHA-256 of each module of a deployed Worker, by its name. Standard input has the account and the Worker's name.
// Cloudflare answers with multipart/form-data, a part for each module:
// https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/content/methods/get/
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");

(async () => {
  const { account, name } = JSON.parse(readFileSync(0, "utf8"));
  const base = process.env.CLOUDFLARE_API_BASE_URL ?? "https://api.cloudflare.com/client/v4";
  const address = `${base}/accounts/${encodeURIComponent(account)}/workers/scripts/${encodeURIComponent(name)}/content/v2`;
  const answer = await fetch(address, {
    headers: { authorization: `Bearer ${process.env.CLOUDFLARE_API_TOKEN}` },
    redirect: "error",
    signal: AbortSignal.timeout(60_000),
  });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const sums = {};
  for (const [part, value] of await answer.formData()) {
    const bytes = typeof value === "string" ? value : new Uint8Array(await value.arrayBuffer());
    sums[part] = createHash("sha256").update(bytes).digest("hex");
  }
  process.stdout.write(JSON.stringify(sums));
})().catch((error) => {
  process.stderr.write(`${error.message}${error.cause ? `: ${error.cause.message}` : ""}\n`);
  process.exitCode = 1;
});
