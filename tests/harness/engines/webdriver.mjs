// The commands of WebDriver (https://www.w3.org/TR/webdriver2/) that the journeys need, in two forms. chromedriver and
// WebKitWebDriver take them over HTTP. Firefox takes them in Marionette's frames
// (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html), without a second program.

import net from "node:net";

/** How long a command may take: a page may have to be compiled first. */
const PATIENCE_MS = 30_000;

/** Each command by its name in Marionette, with its method and path over HTTP. */
const COMMANDS = {
  Navigate: ["POST", "/url"],
  GetCurrentURL: ["GET", "/url"],
  Back: ["POST", "/back"],
  Forward: ["POST", "/forward"],
  Refresh: ["POST", "/refresh"],
  ExecuteScript: ["POST", "/execute/sync"],
  ExecuteAsyncScript: ["POST", "/execute/async"],
  FindElement: ["POST", "/element"],
  ElementClick: ["POST", "/element/{id}/click"],
  ElementSendKeys: ["POST", "/element/{id}/value"],
  GetCookies: ["GET", "/cookie"],
  DeleteCookie: ["DELETE", "/cookie/{name}"],
  NewWindow: ["POST", "/window/new"],
  SwitchToWindow: ["POST", "/window"],
  GetWindowHandles: ["GET", "/window/handles"],
  SetTimeouts: ["POST", "/timeouts"],
};

/** An engine's answer to a command that it did not carry out. */
export class Refused extends Error {
  constructor(command, { error, message }) {
    super(`${command}: ${error}: ${message}`);
    this.error = error;
  }
}

/** A session over HTTP. */
export class OverHttp {
  static async start(port, capabilities) {
    const session = new OverHttp();
    session.base = `http://127.0.0.1:${port}/session`;
    const { sessionId, capabilities: granted } = await session.#send("NewSession", "POST", "", { capabilities: { alwaysMatch: capabilities } });
    session.base += `/${sessionId}`;
    session.version = granted.browserVersion;
    return session;
  }

  send(command, parameters = {}) {
    const [method, template] = COMMANDS[command];
    const path = template.replace(/\{(\w+)\}/, (_, name) => parameters[name]);
    return this.#send(command, method, path, parameters);
  }

  async #send(command, method, path, parameters) {
    const answer = await fetch(this.base + path, {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(method === "POST" ? { body: JSON.stringify(parameters), headers: { "Content-Type": "application/json" } } : {}),
    });
    const { value } = await answer.json();
    if (answer.status !== 200) throw new Refused(command, value);
    return value;
  }

  end() {
    return this.#send("DeleteSession", "DELETE", "").catch(() => {});
  }
}

/** A session in Marionette's frames: a length, a colon and that many bytes of JSON. */
export class OverMarionette {
  #waiting = new Map();
  #heard = Buffer.alloc(0);
  #last = 0;

  static async start(port, capabilities) {
    const session = new OverMarionette();
    session.socket = net.connect(port, "127.0.0.1");
    session.socket.on("data", (chunk) => session.#hear(chunk));
    const gone = (error) => session.#end(error ?? new Error("Firefox closed the connection"));
    session.socket.on("error", gone).on("close", () => gone());
    const { capabilities: granted } = await session.#send("WebDriver:NewSession", capabilities);
    session.version = granted.browserVersion;
    return session;
  }

  async send(command, parameters = {}) {
    const answer = await this.#send(`WebDriver:${command}`, parameters);
    return answer !== null && typeof answer === "object" && "value" in answer ? answer.value : answer;
  }

  #send(name, parameters) {
    const id = (this.#last += 1);
    const text = JSON.stringify([0, id, name, parameters]);
    this.socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${name} took longer than ${PATIENCE_MS} ms`)), PATIENCE_MS);
      this.#waiting.set(id, { name, resolve, reject, late });
    });
  }

  #hear(chunk) {
    this.#heard = Buffer.concat([this.#heard, chunk]);
    for (;;) {
      const colon = this.#heard.indexOf(":");
      const length = Number(this.#heard.subarray(0, Math.max(colon, 0)).toString());
      if (colon < 1 || this.#heard.length < colon + 1 + length) return;
      const message = JSON.parse(this.#heard.subarray(colon + 1, colon + 1 + length).toString());
      this.#heard = this.#heard.subarray(colon + 1 + length);
      // The first message is a greeting.
      if (Array.isArray(message)) this.#answered(message);
    }
  }

  #answered([, id, error, result]) {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.late);
    if (error) waiting.reject(new Refused(waiting.name, error));
    else waiting.resolve(result);
  }

  #end(error) {
    for (const { reject, late } of this.#waiting.values()) {
      clearTimeout(late);
      reject(error);
    }
    this.#waiting.clear();
  }

  /** Has Firefox write its profile and end. */
  async quit() {
    const gone = new Promise((resolve) => this.socket.on("close", resolve));
    await this.#send("Marionette:Quit", { flags: ["eAttemptQuit"] });
    await gone;
  }

  async end() {
    this.socket.destroy();
  }
}
