// WebSockets that close with their session, in simulated weeks against the built Worker.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";
import { AHEAD } from "./held-clock.mjs";
import { SPREAD } from "./year-judge.mjs";
import { timed } from "./year-service.mjs";

const PATH = "/live";

/** The shortest time between two looks of the Worker at an open one, in milliseconds, and what a look may take. */
const SHORTEST = 10_000;

/** How long a socket that must be closed may take to close, of the machine's time, in milliseconds. */
const PATIENCE = 5_000;

/** The code with which the Worker closes one whose session is over. */
const OVER = 4401;

export class Sockets {
  /** Those that are open, each with its session and the last use of that. */
  #open = new Set();

  constructor(week) {
    this.week = week;
  }

  /** A page at a computer opens one; its first message says what the service learnt. */
  async open(computer) {
    const { week } = this;
    const { state, browser } = computer;
    const asked = week.now;
    const isElsewhere = week.draw(2) === 1;
    const clock = [AHEAD, String(week.ahead + (isElsewhere ? week.skew : 0))];
    const cookie = browser.cookie === undefined ? [] : [["Cookie", browser.cookie]];
    const headers = Object.fromEntries([["Host", browser.host], ["Origin", `http://${browser.host}`], clock, ...cookie, ...timed(asked)]);
    const { port, elsewhere } = week.world;
    const socket = new WebSocket(`ws://127.0.0.1:${isElsewhere ? elsewhere : port}${PATH}`, { headers });
    const told = once(socket, "message").catch(() => undefined);
    socket.on("error", () => {});
    const over = new Promise((resolve) => socket.on("close", resolve));
    const first = await Promise.race([told, over.then(() => undefined)]);
    if (first === undefined) return;
    const seen = { ...state };
    await week.judge.reached({ asked, state: seen, place: PATH, ...JSON.parse(first[0]), keys: week.keys });
    const opened = { socket, computer, sid: seen.sid, used: state.used, since: state.since };
    this.#open.add(opened);
    // To be open is no use of the session; who has it is known from now on.
    if (computer.state === state) Object.assign(state, { sid: seen.sid, vot: seen.vot });
    over.then((code) => (opened.code = code));
  }

  /** The isolates end, and every socket with them. */
  drop() {
    for (const { socket } of this.#open) socket.terminate();
    this.#open.clear();
  }

  /** By when one must be closed, in milliseconds. */
  #last({ sid, used }) {
    const { judge } = this.week;
    const life = judge.lives.get(sid);
    const limits = Math.min(used + 1_000 * judge.most("idle"), life.began + 1_000 * judge.most("absolute"));
    const end = life.ended === undefined ? Infinity : life.ended + Math.max(judge.bound(life.ended), SHORTEST);
    return Math.min(limits, end) + SPREAD + SHORTEST;
  }

  /** Each that must be closed by now is; and each that the Worker has closed had to be. */
  async judge() {
    const { week } = this;
    for (const opened of this.#open) {
      const { socket, computer, sid } = opened;
      const isDue = week.now > this.#last(opened);
      for (let waited = 0; isDue && opened.code === undefined && waited < PATIENCE; waited += 25) await sleep(25);
      if (opened.code === undefined) {
        if (!isDue) continue;
        week.judge.breaks("socket", `one is open ${Math.round((week.now - this.#last(opened)) / 1_000)} seconds after it had to close`);
        socket.terminate();
      } else if (opened.code === OVER && week.calm) {
        const { state } = computer;
        const isCurrent = state.sid === sid && week.judge.goesOn({ ...state, used: opened.used }, week.now);
        if (isCurrent) week.judge.breaks("socket", "one is closed before its session's end");
      }
      this.#open.delete(opened);
    }
  }
}
