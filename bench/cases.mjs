// The cases that the benchmark measures. A case is one kind of request to one Worker; the cases of a group come one after the other, because
// each makes what the next one sends.

import { PATHS } from "./world.mjs";
import { callbacks, navigation, notifications, people, session, started, withoutSession } from "./journeys.mjs";

const repeated = (count, bytes) => new Array(count).fill(bytes);

/** A request of a person who is signed in. */
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

/**
 * A sign-in's start and callback, and a notification afterwards, of people who have signed in once before, and the
 * callback of that first time. They cost milliseconds, so that fewer of them are enough.
 */
const signIn = (worker, prefix = "") => [
  {
    name: `${prefix}sign_in_start`,
    worker,
    status: 302,
    slow: true,
    prepare: ({ worker, count }) => repeated(count, navigation(worker, PATHS.account)),
    keep: (worker, answers) => Object.assign(worker, { starts: answers, people: people(answers.length) }),
  },
  {
    name: `${prefix}callback_first`,
    worker,
    status: 303,
    slow: true,
    prepare: ({ worker }) => callbacks(worker, worker.starts, worker.people),
  },
  {
    name: `${prefix}callback`,
    worker,
    status: 303,
    slow: true,
    prepare: async ({ worker, count }) => callbacks(worker, await started(worker, count), worker.people),
  },
  {
    name: `${prefix}notification`,
    worker,
    status: 200,
    slow: true,
    prepare: ({ world, worker }) => notifications(world, worker, worker.people),
  },
];

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
  [{ ...zero, name: "floor_rewrapped", worker: "floor_rewrapped" }],
  [signature],
  [anonymous("limit_public", "limit", PATHS.public)],
  [signedIn("limit_signed_in", "limit", PATHS.account)],
  [signedIn("limit_signed_in_untouched", "limit", PATHS.private)],
  [signedIn("limit_lease", "limit_lease", PATHS.account)],
  signIn("limit", "limit_"),
  [anonymous("peer_public", "peer", PATHS.public)],
  [signedIn("peer_signed_in", "peer", PATHS.account)],
  [signedIn("peer_signed_in_untouched", "peer", PATHS.private)],
  [signedIn("peer_lease", "peer_lease", PATHS.account)],
  [refused("peer_refused", "peer")],
  signIn("peer", "peer_"),
  signIn("peer_stateless", "peer_stateless_"),
  [anonymous("public", "edge", PATHS.public)],
  [signedIn("signed_in", "edge", PATHS.account)],
  [signedIn("signed_in_untouched", "edge", PATHS.private)],
  [signedIn("signed_in_flat", "edge_flat", PATHS.account)],
  [signedIn("signed_in_routes_1", "edge_routes_1", PATHS.account)],
  [signedIn("signed_in_routes_40", "edge_routes_40", PATHS.account)],
  [signedIn("signed_in_services_5", "edge_services_5", PATHS.account)],
  [signedIn("signed_in_services_20", "edge_services_20", PATHS.account)],
  [signedIn("lease", "edge_lease", PATHS.account)],
  [refused("refused", "edge")],
  signIn("edge"),
];
