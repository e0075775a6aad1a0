// `cargo edge dev` as a developer starts it, at free ports.

import { Child } from "./children.mjs";
import { freePorts } from "./edge.mjs";
import { CLI, ROOT } from "./places.mjs";

/** Starts it and waits until everything runs; gives the child and the Worker's port, after which the desk's comes. */
export async function startDev() {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const port = await freePorts(3);
    const dev = new Child("dev", CLI, ["dev", "--port", String(port)], { cwd: ROOT });
    try {
      await dev.says(/Ctrl-C ends everything/, 120_000);
      return { dev, port };
    } catch (error) {
      await dev.stop();
      if (!dev.output.includes("is taken")) throw error;
    }
  }
  throw new Error("no three ports in a row are free");
}
