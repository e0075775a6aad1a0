// The module that Cloudflare runs: the entry points, each a call into WebAssembly. `cargo edge build` puts this file and `glue.js`
// next to `bindings.js`, which wasm-bindgen writes, and bundles the three.

import { DurableObject } from "cloudflare:workers";
import * as edge from "./bindings.js";
import { trouble } from "./glue.js";
import module from "./index_bg.wasm";

edge.initSync({ module });

export default {
  /** An error here is a panic before anything was sent to the origin; the next call gets a new instance. */
  fetch(request, env, context) {
    try {
      return edge.fetch(request, env, context);
    } catch {
      const answer = trouble(request, 503);
      answer.headers.set("retry-after", "30");
      return answer;
    }
  },

  scheduled(_event, env, context) {
    return edge.scheduled(env, context);
  },
};

/** Of six retries the fifth and the sixth set a new alarm, for when the platform counts one that it never carried out. */
const LAST_RETRIES = 5;

/** How long the next alarm waits after that, in milliseconds. */
const AFTER_RETRIES = 3_600_000;

/**
 * A person's account where it is kept. It holds nothing of WebAssembly's, so it survives a panic that does not: whoever
 * asks next is answered by the new instance.
 */
export class AccountObject extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.state = state;
  }

  /** A question and its answer, as bytes. */
  ask(question) {
    return edge.account(this.state, question);
  }

  /**
   * An alarm that fails is tried six times more within some minutes and then forgotten, and what is sealed would stay for
   * ever. So before that a new alarm is set. Source: https://developers.cloudflare.com/durable-objects/api/alarms/
   */
  alarm({ retryCount = 0 } = {}) {
    try {
      edge.tidy(this.state);
    } catch (error) {
      if (retryCount < LAST_RETRIES) throw error;
      this.state.storage.setAlarm(Date.now() + AFTER_RETRIES);
    }
  }
}
