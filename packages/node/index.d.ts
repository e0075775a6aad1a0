import type { KeyObject } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export type Level = "Cl" | "Cl.Cm" | "Cl.Cm.P1" | "Cl.Cm.P2";

/** Who is asking; every claim is in docs/verify-the-assertion.md. */
export interface Person {
  sub: string;
  sid: string;
  vot: string;
  /** What was proved of the identity, from whichever header. */
  identity: Record<string, unknown> | null;
  [claim: string]: unknown;
}

export interface Settings {
  /** `https://YOUR-HOST`. */
  issuer: string;
  /** Your `origin_audience`. */
  audience: string;
  /** Paths that need no sign-in: `/about`, or `/assets/*` for `/assets` and everything below. */
  public?: string[];
  /** Whether an assertion counts only for the method and path that it names, which the edge's `bind` has it name. */
  bound?: boolean;
  /** Gets one line for each refusal; `console.error` otherwise. */
  log?: (line: string) => void;
  /** The JSON of the key set, for tests. */
  fetchKeys?: () => Promise<{ keys: object[] }>;
  /** The time in seconds since the epoch, for tests. */
  now?: () => number;
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void | Promise<void>;

declare module "http" {
  interface IncomingMessage {
    person?: Person | null;
  }
}

export function oneLogin(settings: Settings): Middleware;
export function requireLevel(level: Level): Middleware;

/** How the service fetches identity claims that fit no header; docs/identity.md. */
export interface ClaimsSettings extends Omit<Settings, "public" | "bound"> {
  /** The private half of one of the edge's `service_keys`. */
  key: CryptoKey | KeyObject;
  /** The key's id. */
  kid: string;
  /** The key's algorithm; `ES256` otherwise. */
  alg?: "ES256" | "RS256" | "PS256";
}

export function identityClaims(settings: ClaimsSettings): (person: Person) => Promise<Record<string, unknown> | null>;
