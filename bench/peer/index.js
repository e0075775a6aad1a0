// The Worker that a team would write instead of this product: the same work at the edge, in JavaScript, with the two libraries that
// such a team would choose. Everything that outlives a request is kept in memory, and keys are imported once, so that the
// comparison is with good code.

import { ask } from "./account.js";
import { callback } from "./callback.js";
import { forward } from "./forward.js";
import { notification } from "./notification.js";
import { assertionOf } from "./assertion.js";
import { openSession, renewed } from "./session.js";
import { setup } from "./setup.js";
import { startSignIn } from "./sign-in.js";

export { Account } from "./account.js";

export default {
  async fetch(request, env) {
    const service = await setup(env);
    const url = new URL(request.url);
    if (url.host !== service.host) return new Response("There is no service at this host.", { status: 404 });
    if (url.pathname === "/auth/callback") return callback(service, request, url, env);
    if (url.pathname === "/auth/backchannel-logout") return notification(service, request, env);
    if (service.isPublic(url.pathname)) return forward(service, request, url, {});
    const session = await openSession(service, request);
    if (session === undefined) return refuse(service, request, url);
    const alive = await isAlive(session, env, service);
    if (!alive) return refuse(service, request, url);
    const [assertion, renewal] = await Promise.all([assertionOf(service, session), renewed(service, session)]);
    return forward(service, request, url, { assertion, renewal });
  },
};

// When the account last said that a session is alive, by session.
const checked = new Map();

/** Whether the account has not ended the session; asked when its last word is older than a minute. */
async function isAlive(session, env, { checkSeconds }) {
  const now = Math.floor(Date.now() / 1000);
  const last = Math.max(checked.get(session.sid) ?? 0, session.checked_at);
  if (now - last < checkSeconds) return true;
  const { alive } = await (await ask(env, session.sub, "/check", { sid: session.sid })).json();
  if (!alive) return false;
  if (checked.size >= 1000) checked.clear();
  checked.set(session.sid, now);
  session.checked_at = now;
  return true;
}

/** A navigation goes to the provider; a script is told so. */
function refuse(service, request, url) {
  const navigates = request.headers.get("sec-fetch-mode") === "navigate" && request.headers.get("sec-fetch-dest") === "document";
  if (navigates && request.method === "GET") return startSignIn(service, url.pathname + url.search);
  const problem = { type: "about:blank", title: "Unauthorized", status: 401, sign_in: `${service.origin}/auth/sign-in` };
  return Response.json(problem, {
    status: 401,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", "www-authenticate": "OneLogin" },
  });
}
