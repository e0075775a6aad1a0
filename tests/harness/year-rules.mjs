// The rules of simulated weeks against the built Worker: its places, and what another version of them may change.

/**
 * The places that the service has, in the native world's order: who may see them, the level, how lately a person must have
 * signed in, in seconds, and what the service learns there.
 */
export const PLACES = {
  "/": { access: "public" },
  "/whoami": { access: "optional", released: ["email"] },
  "/account": { access: "required", vot: "Cl.Cm", released: ["email", "phone_number"] },
  "/low": { access: "required", vot: "Cl" },
  "/wallet": { access: "required", vot: "Cl.Cm", released: ["wallet_subject_id"] },
  "/pay": { access: "required", vot: "Cl.Cm", fresh: 300, asks: { reauthenticate_within: 300 } },
  "/recent": { access: "required", vot: "Cl.Cm", fresh: 600, asks: { max_age: 600 } },
  "/apply": { access: "required", vot: "Cl.Cm.P2", released: ["coreIdentity", "address"], asks: { not_proved: "/why" } },
  "/small": { access: "required", vot: "Cl.Cm.P1", released: ["coreIdentity"] },
  "/why": { access: "required", vot: "Cl.Cm", released: ["returnCode"] },
  "/beta": { access: "required", vot: "Cl.Cm", isInvited: true },
  "/bound": { access: "required", vot: "Cl.Cm", released: ["htm", "htu"], asks: { bind: true } },
  "/live": { access: "required", vot: "Cl.Cm", asks: { close_sockets_with_session: true } },
};

/** The paths of all places. */
export const PATHS = Object.keys(PLACES);

/** The claims that the service asks the provider for. */
const CLAIMS = ["coreIdentityJWT", "address", "returnCode"];

/** Whether a level asks for an identity. */
export const provesIdentity = (vot = "") => /P[12]/.test(vot);

/** The rules of one version. */
export class Rules {
  constructor(limits, invites, more = {}) {
    Object.assign(this, { limits, invites, isLowRaised: false, isWhoamiClosed: false, ...more });
  }

  /** Those after a change of the native world's: `Limits`, `Level` or `Route`. */
  changed(kind, limits) {
    const { isLowRaised, isWhoamiClosed } = this;
    const changes = { Limits: { limits }, Level: { isLowRaised: !isLowRaised }, Route: { isWhoamiClosed: !isWhoamiClosed } };
    return new Rules(this.limits, this.invites, { isLowRaised, isWhoamiClosed, ...changes[kind] });
  }

  /** A place by these rules. */
  place(path) {
    const place = PLACES[path];
    if (path === "/low" && this.isLowRaised) return { ...place, vot: "Cl.Cm" };
    if (path === "/whoami" && this.isWhoamiClosed) return { ...place, access: "required", vot: "Cl" };
    return { ...place, isInvited: place.isInvited === true && this.invites };
  }

  /** The fields of the service's table that say so. */
  table() {
    const { limits } = this;
    return {
      routes: PATHS.map((path) => this.#route(path)),
      session_idle_seconds: limits.idle, session_absolute_seconds: limits.absolute,
      revocation_check_seconds: limits.check, revocation_grace_seconds: limits.grace,
    };
  }

  #route(path) {
    const { access, vot, released = [], asks = {}, isInvited } = this.place(path);
    const named = released.filter((name) => !/^ht[mu]$/.test(name)).map((name) => name.replace("_number", ""));
    return {
      path, ...(access === "required" ? { level: vot } : { access }), ...asks,
      ...(named.length && { release: named }), ...(isInvited && { admission: "invited" }),
    };
  }
}

/** The fields of the service's table that no version changes, at this origin, for messages that this key signs. */
export const lasting = (origin, jwk) => ({
  host: "localhost", origin, service_keys: [jwk], contact: "https://example.gov.uk/help", registered_claims: CLAIMS,
  scopes: ["openid", "email", "phone", "wallet-subject-id"],
  registration: { claims: CLAIMS, client_locs: ["P1", "P2"], max_age_enabled: true },
});
