// The names of the pages that have an address of their own, from the table of docs/pages.md; `tests/architecture/pages.rs` holds
// that against the code. A page that only a sign-out shows has none.

import fs from "node:fs";
import path from "node:path";
import { ROOT } from "./places.mjs";

/** Shown by the sign-out itself, which leads on at once. */
const WITHOUT_ADDRESS = "signing-out";

const table = fs.readFileSync(path.join(ROOT, "docs/pages.md"), "utf8");
const rows = [...table.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|/gm)].filter(([, name]) => name !== WITHOUT_ADDRESS);

/** The heading of each page in both languages, by its name. */
export const HEADINGS = Object.fromEntries(rows.map(([, name, en, cy]) => [name, { en: en.trim(), cy: cy.trim() }]));

export const PAGES = Object.keys(HEADINGS);

if (PAGES.length < 30) throw new Error("docs/pages.md has no table of the pages");
