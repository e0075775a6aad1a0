// Sends prepared requests over a few connections that stay open, one after the other on each, and times every answer.

import net from "node:net";

const END = Buffer.from("\r\n\r\n");
const PATIENCE_MS = 30_000;

/** A request as bytes. Headers are pairs. */
export function bytesOf({ method = "GET", target, host, headers = [], body = "" }) {
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (method === "POST") lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`, "latin1");
}

/** A few open connections to one Worker. */
export class Driver {
  constructor(port, connections) {
    this.port = port;
    this.connections = Array.from({ length: connections }, () => new Connection(port));
  }

  /** Sends these requests; gives the answers in their order, each with its status, headers and time in microseconds. */
  async send(requests) {
    const answers = new Array(requests.length);
    let next = 0;
    const work = async (connection) => {
      while (next < requests.length) {
        const index = next++;
        answers[index] = await connection.exchange(requests[index]);
      }
    };
    await Promise.all(this.connections.map(work));
    return answers;
  }

  close() {
    for (const connection of this.connections) connection.close();
  }
}

class Connection {
  constructor(port) {
    this.port = port;
  }

  exchange(bytes) {
    this.socket ??= this.#open();
    return new Promise((resolve, reject) => {
      const started = process.hrtime.bigint();
      this.received = null;
      this.finish = (answer) => {
        answer.micros = Number(process.hrtime.bigint() - started) / 1_000;
        resolve(answer);
      };
      this.fail = reject;
      this.socket.write(bytes);
    });
  }

  close() {
    this.socket?.destroy();
    this.socket = undefined;
  }

  #open() {
    const socket = net.connect({ port: this.port, host: "127.0.0.1", noDelay: true });
    const broken = (error) => {
      this.close();
      this.fail(error ?? new Error("the Worker closed a connection"));
    };
    socket.setTimeout(PATIENCE_MS, () => broken(new Error("a request had no answer")));
    socket.on("error", broken);
    socket.on("end", () => broken());
    socket.on("data", (chunk) => {
      this.received = this.received === null ? chunk : Buffer.concat([this.received, chunk]);
      const answer = whole(this.received);
      if (answer !== undefined) this.finish(answer);
    });
    return socket;
  }
}

/** The answer in these bytes, or nothing while it is not complete. */
function whole(bytes) {
  const end = bytes.indexOf(END);
  if (end < 0) return undefined;
  const head = bytes.latin1Slice(0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  const body = end + END.length;
  if (length !== null) {
    if (bytes.length < body + Number(length[1])) return undefined;
  } else if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    // Nothing here sends trailers.
    if (bytes.latin1Slice(Math.max(body, bytes.length - 7)).endsWith("0\r\n\r\n") === false) return undefined;
  }
  return new Answer(head);
}

class Answer {
  constructor(head) {
    this.head = head;
    this.status = Number(head.slice(9, 12));
  }

  /** Every value of a header. */
  all(name) {
    const lines = this.head.split("\r\n").slice(1).map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
    return lines.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  }

  /** Name and value of every cookie that it sets. */
  get cookies() {
    return this.all("set-cookie").map((line) => {
      const [pair] = line.split(";");
      return [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    });
  }
}
