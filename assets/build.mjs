// Makes the files that the edge's pages load, from GOV.UK Frontend and from the other files of this folder:
//
//   node assets/build.mjs build/assets
//
// Of GOV.UK Frontend's style sheet only those rules are kept whose classes the pages use, as the files of `src/gate/pages` name
// them. This makes two sheets: `govuk.css` with crown and typeface, which are only for hosts below service.gov.uk,
// and `plain.css` without either. `src/gate/pages/assets.rs` lists the files that are served, with their types.

import { build } from "esbuild";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(HERE);
const FRONTEND = path.join(ROOT, "node_modules/govuk-frontend/dist/govuk");

/** The typeface's files, by the names under which they are served. */
const FONTS = { "light.woff2": /light-[0-9a-f]+-v\d+\.woff2/, "bold.woff2": /bold-[0-9a-f]+-v\d+\.woff2/ };

const own = (name) => fs.readFile(path.join(HERE, name), "utf8");
const theirs = (name) => fs.readFile(path.join(FRONTEND, name), "utf8");

/** The rules of a style sheet: each has a prelude, and either a block of text or rules of its own. */
function parse(css) {
  const rules = [];
  let at = 0;
  while (at < css.length) {
    const open = css.indexOf("{", at);
    const end = css.indexOf(";", at);
    if (end >= 0 && (open < 0 || end < open)) {
      rules.push({ prelude: css.slice(at, end).trim() });
      at = end + 1;
    } else if (open < 0) {
      return rules;
    } else {
      const close = closing(css, open);
      const prelude = css.slice(at, open).trim();
      const block = css.slice(open + 1, close);
      rules.push(/^@(media|supports)/.test(prelude) ? { prelude, rules: parse(block) } : { prelude, block });
      at = close + 1;
    }
  }
  return rules;
}

/** Where the block that opens here is closed. */
function closing(css, open) {
  let depth = 0;
  for (let at = open; at < css.length; at += 1) {
    if (css[at] === "{") depth += 1;
    if (css[at] === "}" && --depth === 0) return at;
  }
  throw new Error("a block of the style sheet is never closed");
}

/** The rules that remain when only these classes exist, as text. */
function reduced(rules, used) {
  const kept = rules.map((rule) => {
    if (rule.rules) {
      const inner = reduced(rule.rules, used);
      return inner && `${rule.prelude}{${inner}}`;
    }
    if (rule.block === undefined) return "";
    if (rule.prelude.startsWith("@")) return `${rule.prelude}{${rule.block}}`;
    const selectors = rule.prelude.split(/,(?![^(]*\))/).filter((selector) => isUsed(selector, used));
    return selectors.length > 0 ? `${selectors.join(",")}{${rule.block}}` : "";
  });
  return kept.join("");
}

/** Whether every class of a selector is used; one without a class is for the whole document. */
function isUsed(selector, used) {
  const classes = selector.match(/\.-?[A-Za-z_][\w-]*/g) ?? [];
  return classes.length > 0 ? classes.every((name) => used.has(name.slice(1))) : selector.trim() === ":root";
}

/** The drawings of GOV.UK Frontend's header and footer, each under a name of its own. */
async function symbols() {
  const drawing = (html, name) => {
    const [, box, content] = html.match(/<svg[^>]*viewBox="([^"]+)"[^>]*>([\s\S]*?)<\/svg>/);
    const inner = content.replace(/<title>.*?<\/title>/, "").replace(/\s+/g, " ").trim();
    // The dot's colour comes from the page, so that print and high contrast can take it away.
    return `<symbol id="${name}" viewBox="${box}">${inner.replaceAll('class="govuk-logo-dot"', 'fill="var(--dot,currentcolor)"')}</symbol>`;
  };
  const header = await theirs("components/header/template-default.html");
  const footer = await theirs("components/footer/template-default.html");
  const [crown, licence] = footer.match(/<svg[\s\S]*?<\/svg>/g);
  const all = [drawing(header, "logo"), drawing(crown, "crown"), drawing(licence, "licence")];
  return `<svg xmlns="http://www.w3.org/2000/svg">${all.join("")}</svg>\n`;
}

async function styles(fonts) {
  const names = ["layout.rs", "mod.rs", "template.rs"];
  const pages = names.map((name) => `src/gate/pages/${name}`);
  const texts = await Promise.all(pages.map((page) => fs.readFile(path.join(ROOT, page), "utf8")));
  const used = new Set(texts.join("\n").match(/govuk-[a-z0-9_-]*[a-z0-9]/g));
  const css = await theirs("govuk-frontend.min.css");
  const [notice] = css.match(/\/\*! Copyright[\s\S]*?\*\//);
  const rules = parse(css.replaceAll(/\/\*[\s\S]*?\*\//g, ""));
  const whole = reduced(rules.filter(({ prelude }) => !/^@(charset|keyframes)/.test(prelude)), used);
  let govuk = whole.replaceAll(/,url\([^)]*\.woff\) format\("woff"\)/g, "");
  for (const [name, file] of Object.entries(fonts)) govuk = govuk.replaceAll(`/assets/fonts/${file}`, name);
  govuk = govuk.replaceAll("/assets/images/govuk-crest.svg", "crest.svg");
  const plain = whole.replaceAll(/@font-face\{[^}]*\}/g, "").replaceAll("GDS Transport,arial,sans-serif", "arial,sans-serif");
  const [, unknown] = govuk.match(/url\((?!light\.|bold\.|crest\.)([^)]*)\)/) ?? [];
  if (unknown) throw new Error(`the style sheet loads ${unknown}, which is not served`);
  return { "govuk.css": `${notice}${govuk}${await own("govuk.css")}`, "plain.css": `${plain}${await own("plain.css")}` };
}

const [out] = process.argv.slice(2);
if (out === undefined) throw new Error("say which directory gets the files");
await fs.rm(out, { recursive: true, force: true });
await fs.mkdir(out, { recursive: true });
const shipped = await fs.readdir(path.join(FRONTEND, "assets/fonts"));
const fonts = Object.fromEntries(Object.entries(FONTS).map(([name, pattern]) => [name, shipped.find((file) => pattern.test(file))]));
for (const [name, file] of Object.entries(fonts)) await fs.copyFile(path.join(FRONTEND, "assets/fonts", file), path.join(out, name));
await fs.copyFile(path.join(FRONTEND, "assets/images/govuk-crest.svg"), path.join(out, "crest.svg"));
await fs.copyFile(path.join(FRONTEND, "assets/images/favicon.svg"), path.join(out, "favicon.svg"));
for (const [name, text] of Object.entries(await styles(fonts))) await fs.writeFile(path.join(out, name), text);
await fs.writeFile(path.join(out, "symbols.svg"), await symbols());
await build({ entryPoints: [path.join(HERE, "session.js")], outdir: out, bundle: true, format: "iife", charset: "utf8", logLevel: "error" });
for (const name of ["session.css", "header.css"]) await fs.copyFile(path.join(HERE, name), path.join(out, name));
