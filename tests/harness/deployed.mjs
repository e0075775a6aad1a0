// Runs the version of a Worker that was deployed to Cloudflare's double: the uploaded modules and assets, with the bindings
// of that version, in workerd. It believes that it is on Cloudflare: its requests are https, and the hosts of One Login and
// of the service lead to this machine.

import fs from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { freePort, startEdge } from "./edge.mjs";

/** Says that a request came by https. workerd takes the scheme from the header that its configuration names. */
const SCHEME = "x-test-scheme";

/** Sends each of these hosts to an address of this machine, and refuses every other host. */
const relay = (hosts) => `const hosts = ${JSON.stringify(hosts)};
export default {
  fetch(request) {
    const url = new URL(request.url);
    const to = hosts[url.host];
    if (to === undefined) return new Response("no such host", { status: 502 });
    return fetch(new Request(to + url.pathname + url.search, new Request(request, { redirect: "manual" })));
  },
};
`;

/** Starts the deployed version; `hosts` says where a host's requests go, `kv` what its KV holds. The directory keeps its accounts. */
export async function startDeployed(script, { directory, hosts, version = script.live, kv }) {
  const bundle = path.join(directory, "bundle");
  const assets = path.join(directory, "assets");
  await fs.rm(bundle, { recursive: true, force: true });
  await fs.mkdir(bundle, { recursive: true });
  await fs.mkdir(assets, { recursive: true });
  for (const { name, bytes } of version.modules) await fs.writeFile(path.join(bundle, path.basename(name)), bytes);
  for (const [name, { hash }] of Object.entries(version.assets)) await fs.writeFile(path.join(assets, name), script.account.assets.get(hash));
  await fs.writeFile(path.join(bundle, "relay.mjs"), relay(hosts));
  const bound = (type) => version.bindings.filter((binding) => binding.type === type);
  const secrets = Object.fromEntries(bound("secret_text").map(({ name, text }) => [name, text]));
  const plain = bound("plain_text").map(({ name, text }) => [name, text]);
  const json = bound("json").map(({ name, json }) => [name, json]);
  const config = {
    compatibility_date: version.metadata.compatibility_date,
    compatibility_flags: version.metadata.compatibility_flags,
    // workerd keeps no objects in a jurisdiction, and refuses to be asked for one.
    vars: { ...Object.fromEntries([...plain, ...json]), ACCOUNT_JURISDICTION: "none" },
    kv_namespaces: bound("kv_namespace").map(({ name }) => ({ binding: name })),
    assets: { binding: bound("assets")[0].name, directory: assets },
    durable_objects: { bindings: bound("durable_object_namespace") },
  };
  const port = await freePort();
  const child = await startEdge({ engine: "workerd", port, directory, secrets, kv, deployed: { config, scheme: SCHEME, outbound: "relay" } });
  const door = await open(port);
  return { port: door.address().port, child, stop: async () => { await child.stop(); await new Promise((resolve) => door.close(resolve).closeAllConnections()); } };
}

/** Cloudflare's edge, as far as a request needs it: it came by https, from an address. */
async function open(port) {
  const door = http.createServer((request, response) => {
    const headers = [...pairs(request.rawHeaders), [SCHEME, "https"], ["CF-Connecting-IP", "203.0.113.7"]];
    const { method, url: path } = request;
    const inner = http.request({ host: "127.0.0.1", port, method, path, setHost: false, headers: headers.flat() }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    inner.on("error", () => response.destroy());
    request.pipe(inner);
  });
  await new Promise((resolve) => door.listen(0, "127.0.0.1", resolve));
  return door;
}

const pairs = (raw) => raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1]]] : []));
