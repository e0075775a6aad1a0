// HTTP/1.1 over a plain socket. Other clients repair what they are given: they resolve dots in paths, fold header names
// and join repeated headers. Here every byte goes out as the test wrote it, and every byte that comes back is kept.

import net from "node:net";

const PATIENCE_MS = 15_000;

/** The answer to one request, with its headers in the order in which they came. */
export class Answer {
  constructor(status, headers, body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** Every value of a header. */
  all(name) {
    return this.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  }

  /** The one value of a header; null when the header is missing or repeated, so that no test overlooks a repeated header. */
  get(name) {
    const values = this.all(name);
    return values.length === 1 ? values[0] : null;
  }

  get text() {
    return this.body.toString("utf8");
  }

  get json() {
    return JSON.parse(this.text);
  }

  get location() {
    return this.get("location");
  }
}

/**
 * A request as bytes. Headers are pairs, so that a name can be there twice; only needed headers are added. The text
 * `trailing` follows the head unchanged, without a length.
 */
export function bytesOf({ method = "GET", target = "/", host, headers = [], body, trailing = "" }) {
  let head = `${method} ${target} HTTP/1.1\r\n`;
  if (host !== undefined) head += `Host: ${host}\r\n`;
  head += "Connection: close\r\n";
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  if (body !== undefined) head += `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  // Latin-1 sends each character as the byte of the same number, so that a test can write any byte.
  return Buffer.concat([Buffer.from(`${head}\r\n`, "latin1"), Buffer.from(body ?? trailing)]);
}

/** Sends a request that `bytesOf` describes and reads the whole answer. */
export function request(port, description) {
  return exchange(port, bytesOf(description), { head: description.method === "HEAD", address: description.address });
}

/** Sends bytes and reads the whole answer, whatever they were. */
export function exchange(port, bytes, { head = false, patience = PATIENCE_MS, address = "127.0.0.1" } = {}) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, address);
    const chunks = [];
    const finish = (error) => {
      socket.destroy();
      const whole = Buffer.concat(chunks);
      const answer = parse(whole, head, true);
      if (answer) resolve(answer);
      else reject(error ?? new Error(`no whole answer, but ${JSON.stringify(whole.subarray(0, 200).toString("latin1"))}`));
    };
    socket.setTimeout(patience, () => finish(new Error(`no whole answer within ${patience} ms`)));
    socket.on("error", finish);
    socket.on("end", () => finish());
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      // Large bodies come in thousands of pieces; only the end of one can complete the answer.
      const answer = chunk.length < 32_768 ? parse(Buffer.concat(chunks), head, false) : null;
      if (!answer) return;
      socket.destroy();
      resolve(answer);
    });
    socket.write(bytes);
  });
}

/** The answer in these bytes, or null while it is not complete. `ended` says that no more will come. */
function parse(bytes, head, ended) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first, ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(first.split(" ")[1]);
  if (status >= 100 && status < 200 && status !== 101) return parse(bytes.subarray(end + 4), head, ended);
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const rest = bytes.subarray(end + 4);
  const value = (name) => headers.find(([key]) => key.toLowerCase() === name)?.[1];
  if (head || status === 101 || status === 204 || status === 304) return new Answer(status, headers, rest);
  if (value("transfer-encoding")?.toLowerCase() === "chunked") {
    const body = unchunked(rest);
    return body && new Answer(status, headers, body);
  }
  const length = value("content-length");
  if (length === undefined) return ended ? new Answer(status, headers, rest) : null;
  return rest.length >= Number(length) ? new Answer(status, headers, rest.subarray(0, Number(length))) : null;
}

/** The body in these chunks, or null while the last one has not come. */
function unchunked(bytes) {
  const parts = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return null;
    const size = parseInt(bytes.subarray(at, line).toString("latin1"), 16);
    if (size === 0) return Buffer.concat(parts);
    if (bytes.length < line + 2 + size + 2) return null;
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
