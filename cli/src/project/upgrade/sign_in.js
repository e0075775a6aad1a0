// A browser's part of judging an upgrade. Standard input has {task, port, own, cookies}: the Worker is at `port`, the simulated
// One Login at the next one, and `own` is the prefix of the Worker's pages. `sign-in` signs a user in and prints the cookies;
// `both` asks first whether the session of the given cookies is alive, and prints that too.
const http = require("node:http");
const { readFileSync } = require("node:fs");

const { task, port, own, cookies } = JSON.parse(readFileSync(0, "utf8"));
const NAVIGATION = { accept: "text/html", "sec-fetch-dest": "document", "sec-fetch-mode": "navigate", "sec-fetch-site": "none" };
const SCRIPT = { accept: "application/json", "sec-fetch-dest": "empty", "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" };

function ask(at, target, headers, body) {
  const host = at === port ? `localhost:${port}` : `127.0.0.1:${at}`;
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: "127.0.0.1", port: at, path: target, method: body === undefined ? "GET" : "POST", headers: { ...headers, host }, timeout: 30_000 },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part) => (text += part)).on("error", reject);
        answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer within 30 seconds"))).on("error", reject);
    request.end(body);
  });
}

/** A request to the Worker with the cookies of a jar, which keeps what the answer sets. */
async function browse(jar, target, headers) {
  const cookie = Object.entries(jar).map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await ask(port, target, cookie === "" ? headers : { ...headers, cookie });
  for (const line of answer.headers["set-cookie"] ?? []) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    if (/;\s*max-age=0/i.test(line)) delete jar[name];
    else jar[name] = value;
  }
  return answer;
}

function led(answer, from) {
  const { location } = answer.headers;
  // No address is printed: a callback's holds a code.
  if (location === undefined) throw new Error(`${from} answered with status ${answer.status} and no redirect`);
  const url = new URL(location, `http://localhost:${port}`);
  return { port: Number(url.port), target: url.pathname + url.search };
}

async function isSignedIn(jar) {
  const answer = await browse(jar, `${own}/session`, SCRIPT);
  return answer.status === 200 && JSON.parse(answer.text).signed_in === true;
}

async function signIn() {
  const jar = {};
  const chosen = await ask(port + 1, "/control/auto", { "content-type": "application/json" }, JSON.stringify({ persona: "sian" }));
  if (chosen.status !== 200) throw new Error(`the simulated One Login answered with status ${chosen.status}`);
  const begun = led(await browse(jar, `${own}/sign-in?return_to=/`, NAVIGATION), "the start of a sign-in");
  if (begun.port !== port + 1) throw new Error("the sign-in does not lead to the simulated One Login");
  const back = led(await ask(port + 1, begun.target, NAVIGATION), "the simulated One Login");
  led(await browse(jar, back.target, NAVIGATION), "the end of the sign-in");
  if (!(await isSignedIn(jar))) throw new Error("the sign-in ended without a session");
  return jar;
}

(async () => {
  const said = {};
  if (task === "both" && cookies !== null) said.signed_in = await isSignedIn({ ...cookies });
  said.cookies = await signIn();
  process.stdout.write(JSON.stringify(said));
})().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
