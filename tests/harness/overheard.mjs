// Records everything that the Worker sends and receives. Its way to the network leads through a service that keeps each
// request and answer whole, and KV lists its entries. The Worker itself is the one that is deployed.

import fs from "node:fs/promises";
import path from "node:path";

const WIRE = `const overheard = [];
export default {
  async fetch(request) {
    if (new URL(request.url).host === "wire") return Response.json(overheard);
    const { method, url } = request;
    const body = await request.clone().text();
    const answer = await fetch(request);
    const text = await answer.clone().text();
    const said = { status: answer.status, headers: [...answer.headers], body: text };
    overheard.push({ method, url, headers: [...request.headers], body, said });
    return answer;
  },
};
`;

/** Puts the service between the Worker and the network, and gives it and KV a port of their own. */
export async function overheard(bundle, worker, [wire, kv]) {
  await fs.writeFile(path.join(bundle, "wire.mjs"), WIRE);
  worker.outbound = "wire";
  worker.services.push({ name: "wire" });
  worker.sockets.push({ service: "wire", port: wire }, { service: "kv", port: kv });
}
