// Asks a list of addresses and writes down what each answered, byte for byte where it matters.
//
// Standard input is a JSON list of {url, method, headers: [[name, value]], body?, name?, unchecked?}. `name` is the host
// that is meant where the address is another one's; `unchecked` takes any certificate, which only the question whether
// strangers get in may do. Standard output is a list in the same order: {status, headers: [[name, value]], body, ms, at}
// or {error}. Nothing is followed, and no header is joined with another.

const http = require("node:http");
const https = require("node:https");

const PATIENCE = 10_000;
const LONGEST = 256 * 1024;

function ask({ url, method, headers, body, name, unchecked }) {
  return new Promise((resolve) => {
    const target = new URL(url);
    const began = performance.now();
    const secure = target.protocol === "https:";
    const options = { method, agent: false, headers: Object.fromEntries(headers), rejectUnauthorized: !unchecked };
    if (name) {
      options.headers.Host = name;
      // A server name is never a number or a port.
      if (secure) options.servername = new URL(`https://${name}`).hostname;
    }
    let timer;
    const fail = (error) => {
      clearTimeout(timer);
      resolve({ error });
    };
    const request = (secure ? https : http).request(target, options, (answer) => {
      const chunks = [];
      let length = 0;
      const done = () => {
        clearTimeout(timer);
        const pairs = [];
        for (let i = 0; i < answer.rawHeaders.length; i += 2) pairs.push([answer.rawHeaders[i].toLowerCase(), answer.rawHeaders[i + 1]]);
        resolve({
          status: answer.statusCode,
          headers: pairs,
          body: Buffer.concat(chunks).toString("utf8"),
          ms: Math.round(performance.now() - began),
          at: Math.floor(Date.now() / 1000),
        });
      };
      answer.on("data", (chunk) => {
        length += chunk.length;
        if (length <= LONGEST) chunks.push(chunk);
        else request.destroy(), done();
      });
      answer.on("end", done);
      answer.on("error", (error) => fail(error.code ?? error.message));
    });
    timer = setTimeout(() => (fail("no answer within 10 seconds"), request.destroy()), PATIENCE);
    request.on("error", (error) => fail(error.code ?? error.message));
    request.end(body);
  });
}

async function main() {
  let input = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) input += chunk;
  const answers = [];
  // One after the other: what is measured should not wait for what else is asked.
  for (const job of JSON.parse(input)) answers.push(await ask(job).catch((error) => ({ error: error.code ?? error.message })));
  process.stdout.write(JSON.stringify(answers));
}

main();
