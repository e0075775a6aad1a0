// Which test files hold a test whose name contains one of the filters: `node chosen.mjs FILTERS-AS-JSON FILE...` prints
// them, one a line. Node itself runs the hooks of every file, so that a file without a chosen test starts a whole world
// too. Its last hook does not wait for its first, so that this world would never stop.

import { registerHooks } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const NOTED = `export const test = (name) => void globalThis.names.push(name);
export const describe = (name, ...rest) => rest.at(-1)();
export const [before, after, beforeEach, afterEach] = Array(4).fill(() => {});
`;

globalThis.names = [];
registerHooks({
  resolve: (specifier, context, next) => specifier === "node:test"
    ? { url: `data:text/javascript,${encodeURIComponent(NOTED)}`, shortCircuit: true }
    : next(specifier, context),
});

const [filters, ...files] = process.argv.slice(2);
const wanted = JSON.parse(filters);
for (const file of files) {
  globalThis.names.length = 0;
  await import(pathToFileURL(path.resolve(file)));
  if (globalThis.names.some((name) => wanted.some((filter) => name.includes(filter)))) console.log(file);
}
// A file may have begun to listen when it was imported.
process.exit(0);
