// A small origin in Node, for answers that the demo service does not give: compressed, with odd headers, or broken off.

import http from "node:http";
import { createHash } from "node:crypto";

/** Starts an origin whose paths are answered by these functions; it notes every request. */
export async function startOrigin(paths) {
  const seen = [];
  const server = http.createServer((request, response) => {
    seen.push({ method: request.method, target: request.url, headers: request.headers });
    const answer = paths[request.url.split("?")[0]];
    if (answer) answer(request, response);
    else response.writeHead(404).end("no such path");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url, seen, stop };
}

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
