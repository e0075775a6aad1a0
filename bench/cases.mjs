// What is measured. A case is one kind of request to one Worker; the cases of a group come one after the other, because
// each makes what the next one sends.

import { PATHS } from "./world.mjs";
import { callbacks, navigation, notifications, session, withoutSession } from "./journeys.mjs";

const repeated = (count, bytes) => new Array(count).fill(bytes);

/** A request of somebody who is signed in. */
const signedIn = (name, worker, target) => ({
  name,
  worker,
  status: 200,
  prepare: async ({ worker, count }) => repeated(count, navigation(worker, target, await session(worker))),
});

const anonymous = (name, worker, target) => ({
  name,
  worker,
  status: 200,
  prepare: ({ worker, count }) => repeated(count, navigation(worker, target)),
});

const refused = (name, worker) => ({
  name,
  worker,
  status: 401,
  prepare: ({ worker, count }) => repeated(count, withoutSession(worker)),
});

/** The start of a sign-in, and the way back from it. `slow` cases cost milliseconds, so that fewer of them are enough. */
const signIn = (start, callback, worker) => [
  {
    name: start,
    worker,
    status: 302,
    slow: true,
    prepare: ({ worker, count }) => repeated(count, navigation(worker, PATHS.account)),
    keep: (worker, answers) => (worker.starts = answers),
  },
  { name: callback, worker, status: 303, slow: true, prepare: ({ worker }) => callbacks(worker, worker.starts) },
];

const notification = (name, worker) => ({
  name,
  worker,
  status: 200,
  slow: true,
  prepare: ({ world, worker, count }) => notifications(world, worker, count),
});

const signature = {
  name: "signature",
  worker: "signature",
  status: 204,
  slow: true,
  prepare: ({ worker, count }) => repeated(count, navigation(worker, PATHS.account)),
};

/** A signed-in request that the forward-only Worker gets, byte for byte but for the host. */
const zero = {
  name: "zero",
  worker: "zero",
  status: 200,
  prepare: async ({ world, worker, count }) => repeated(count, navigation(worker, PATHS.account, await session(world.workers.edge))),
};

export const GROUPS = [
  [zero],
  [{ ...zero, name: "floor", worker: "floor" }],
  [signature],
  [anonymous("peer_public", "peer", PATHS.public)],
  [signedIn("peer_signed_in", "peer", PATHS.account)],
  [signedIn("peer_signed_in_untouched", "peer", PATHS.private)],
  [signedIn("peer_lease", "peer_lease", PATHS.account)],
  [refused("peer_refused", "peer")],
  signIn("peer_sign_in_start", "peer_callback", "peer"),
  [notification("peer_notification", "peer")],
  [anonymous("public", "edge", PATHS.public)],
  [signedIn("signed_in", "edge", PATHS.account)],
  [signedIn("signed_in_untouched", "edge", PATHS.private)],
  [signedIn("signed_in_routes_1", "edge_routes_1", PATHS.account)],
  [signedIn("signed_in_routes_40", "edge_routes_40", PATHS.account)],
  [signedIn("signed_in_services_5", "edge_services_5", PATHS.account)],
  [signedIn("signed_in_services_20", "edge_services_20", PATHS.account)],
  [signedIn("lease", "edge_lease", PATHS.account)],
  [refused("refused", "edge")],
  signIn("sign_in_start", "callback", "edge"),
  [notification("notification", "edge")],
];
