// What Cloudflare runs: the entry points, each a call into WebAssembly. `cargo edge build` puts this file and `glue.js`
// beside `bindings.js`, which wasm-bindgen writes, and bundles the three.

import { DurableObject } from "cloudflare:workers";
import * as edge from "./bindings.js";
import { trouble } from "./glue.js";
import module from "./index_bg.wasm";

edge.initSync({ module });

export default {
  /** Whatever throws here has panicked before anything was sent to the origin; the next call gets a new instance. */
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

  alarm() {
    edge.tidy(this.state);
  }
}
