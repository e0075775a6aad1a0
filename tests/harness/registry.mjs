// A registry of npm on this machine: the packed packages of a release, and of everything else what `npm ci` has installed. So
// `npm install` runs as a team runs it, and no other network is asked.

import { execFile, spawn } from "node:child_process";
import fs from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./places.mjs";

const run = promisify(execFile);

/**
 * Starts it with the packages of some directories; `latest` is the version of the product that npm takes for the newest, else the
 * last one. `close` ends it, `fetched` lists the tarballs that were asked for, and `files` has those of the
 * release.
 */
export async function startRegistry(directories, latest) {
  const known = new Map();
  const add = (manifest, open) => {
    const versions = known.get(manifest.name) ?? new Map();
    known.set(manifest.name, versions.set(manifest.version, { manifest, open }));
  };
  const files = await Promise.all(directories.map(async (one) => (await fs.readdir(one)).map((name) => path.join(one, name))));
  const packages = files.flat().filter((name) => name.endsWith(".tgz"));
  for (const packed of packages) {
    const { stdout } = await run("tar", ["-xzOf", packed, "package/package.json"]);
    add(JSON.parse(stdout), () => spawn("cat", [packed]));
  }
  const lock = JSON.parse(await fs.readFile(path.join(ROOT, "package-lock.json"), "utf8"));
  for (const [place, entry] of Object.entries(lock.packages).filter(([name]) => name !== "")) {
    const directory = path.join(ROOT, place);
    const name = entry.name ?? place.split("node_modules/").at(-1);
    // Packages of other platforms are not installed; npm asks for what the lock file has of them, and for no more.
    const text = await fs.readFile(path.join(directory, "package.json"), "utf8").catch(() => undefined);
    const manifest = text === undefined ? { ...entry, name } : JSON.parse(text);
    add(manifest, () =>
      spawn("tar", ["-C", directory, "--exclude=./node_modules", "--use-compress-program=gzip -1", "--transform=s,^\\.,package,", "-cf", "-", "."]),
    );
  }
  const fetched = [];
  const server = http.createServer((request, response) => {
    const base = `http://127.0.0.1:${server.address().port}`;
    const [name, version] = decodeURIComponent(request.url.slice(1)).split("/-/");
    const versions = known.get(name);
    if (versions === undefined || (version !== undefined && !versions.has(version))) return response.writeHead(404).end("{}");
    if (version === undefined) {
      const all = [...versions].map(([number, { manifest }]) => [
        number,
        { ...manifest, scripts: undefined, dist: { tarball: `${base}/${encodeURIComponent(name)}/-/${number}` } },
      ]);
      const document = { name, "dist-tags": { latest: versions.has(latest) ? latest : all.at(-1)[0] }, versions: Object.fromEntries(all) };
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
    }
    fetched.push(`${name}@${version}`);
    // As npm's own registry says of tarballs, so that npm asks for each once.
    response.writeHead(200, { "content-type": "application/octet-stream", "cache-control": "public, immutable, max-age=31557600" });
    versions.get(version).open().stdout.pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    fetched,
    files: packages,
    close: () => new Promise((resolve) => server.close(resolve) && server.closeAllConnections()),
  };
}
