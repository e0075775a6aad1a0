// Reads the part of YAML 1.2 that workflows here use: block mappings and sequences, plain and double-quoted scalars on one
// line, literal scalars without blank lines and comments, nothing, and flow sequences of plain scalars. Scalars stay texts.
// Everything else is an error, so that nothing is misread.

const KEY = /^([A-Za-z_][\w-]*):(?: (.+))?$/;

export function read(text) {
  const lines = text.split("\n").map((line, index) => ({ number: index + 1, indent: line.search(/\S/), text: line.trim() }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
  const value = block(lines, lines[0]?.indent ?? 0);
  if (lines.length > 0) wrong(lines[0]);
  return value;
}

function block(lines, indent) {
  return lines[0]?.text.startsWith("- ") ? sequence(lines, indent) : mapping(lines, indent);
}

function sequence(lines, indent) {
  const items = [];
  while (lines[0]?.indent === indent && lines[0].text.startsWith("- ")) {
    // The item's mapping begins behind the hyphen.
    lines[0] = { ...lines[0], indent: indent + 2, text: lines[0].text.slice(2) };
    items.push(KEY.test(lines[0].text) ? mapping(lines, indent + 2) : scalar(lines.shift()));
  }
  return items;
}

function mapping(lines, indent) {
  const members = {};
  while (lines[0]?.indent === indent && !lines[0].text.startsWith("- ")) {
    const line = lines.shift();
    const [, name, rest] = line.text.match(KEY) ?? wrong(line);
    if (name in members) wrong(line);
    if (rest === "|") members[name] = literal(lines, indent);
    else if (rest !== undefined) members[name] = scalar({ ...line, text: rest });
    else members[name] = lines[0]?.indent > indent ? block(lines, lines[0].indent) : null;
  }
  return members;
}

function literal(lines, indent) {
  const [first] = lines;
  const own = [];
  while (lines[0]?.indent > indent) own.push(lines.shift());
  return own.map((line) => " ".repeat(Math.max(line.indent - first.indent, 0)) + line.text).join("\n");
}

function scalar(line) {
  const { text } = line;
  const quoted = text.match(/^"([^"\\]*)"$/);
  if (quoted) return quoted[1];
  if (text.startsWith("[") && text.endsWith("]")) return text.slice(1, -1).split(", ").map((item) => scalar({ ...line, text: item }));
  if (/^[^\w$/.]|: | #|^\$\{(?!\{)/.test(text)) wrong(line);
  return text;
}

function wrong({ number, text }) {
  throw new Error(`line ${number} is none of the YAML that is read here: ${text}`);
}
