/** Who may use the dashboard and its API, and what they did. Secrets are kept as hashes only. */
import type { JsonObject } from "./json.ts";
import type { Instant } from "./moment.ts";

export type UserRole = "viewer" | "operator" | "admin";

export interface UserRow {
  id: string;
  /** What they sign in with; unique without regard to case. */
  name: string;
  role: UserRole;
  /** A PHC string (argon2id); null: signs in elsewhere. */
  passwordHash: string | null;
  /** `issuer subject` of the identity provider; null: signs in by password. */
  oidcSubject: string | null;
  createdAt: Instant;
  lastSeenAt: Instant | null;
  disabled: boolean;
}

/** One signed-in browser. */
export interface SignInRow {
  /** SHA-256 of the cookie's token, in hex. */
  id: string;
  userId: string;
  createdAt: Instant;
  lastSeenAt: Instant;
  expiresAt: Instant;
  userAgent: string | null;
  address: string | null;
}

export interface ApiKeyRow {
  id: string;
  name: string;
  /** SHA-256 of the key, in hex. */
  hash: string;
  /** The last four characters. */
  ending: string;
  scopes: string[];
  createdAt: Instant;
  createdBy: string;
  expiresAt: Instant | null;
  lastUsedAt: Instant | null;
  revokedAt: Instant | null;
}

/** One act; written as `begun` before it is done, so that none is missing after a crash. */
export interface AuditRow {
  /** ULID. */
  id: string;
  at: Instant;
  actor: string;
  actorKind: "user" | "key" | "mounted" | "dev" | "nobody";
  action: string;
  target: string | null;
  detail: JsonObject | null;
  outcome: "begun" | "done" | "refused";
  address: string | null;
  requestId: string;
}
