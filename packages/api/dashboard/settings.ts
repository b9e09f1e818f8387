/** Keys, users, the audit log and the state of the server. */
import type { Role, Scope } from "./session.ts";

export interface ApiKeyView {
  id: string;
  name: string;
  scopes: Scope[];
  /** The last four characters. */
  ending: string;
  createdAt: string;
  createdBy: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
}
export interface CreateKeyBody {
  name: string;
  scopes: Scope[];
  /** Days from now, 1 to 3650; absent: never. */
  expiresInDays?: number;
}
/** `secret` is shown this once. */
export interface CreatedKey {
  key: ApiKeyView;
  secret: string;
}

export interface UserView {
  id: string;
  name: string;
  role: Role;
  /** How they sign in. */
  signIn: "password" | "oidc";
  createdAt: string;
  lastSeenAt: string | null;
  disabled: boolean;
}
export interface CreateUserBody {
  name: string;
  role: Role;
  password: string;
}
export interface UpdateUserBody {
  role?: Role;
  disabled?: boolean;
  password?: string;
}

export interface AuditQuery {
  actor?: string;
  action?: string;
  cursor?: string;
  limit?: number;
}
export interface AuditEntry {
  id: string;
  at: string;
  actor: string;
  /** A user, an API key, the mounting app's user, or the open dev server. */
  actorKind: "user" | "key" | "mounted" | "dev" | "nobody";
  /** Like `run.cancel`. */
  action: string;
  /** Like `run 01J…`; null: the whole server. */
  target: string | null;
  detail: Record<string, unknown> | null;
  /** `begun`: it goes on, or the server stopped in the middle of it. `refused`: nothing was done; why is in `detail.code`. */
  outcome: "begun" | "done" | "refused";
  address: string | null;
  requestId: string;
}

export interface SystemHealth {
  status: "ok" | "degraded";
  version: string;
  node: string;
  mode: "dev" | "start";
  uptimeMs: number;
  store: { kind: "sqlite" | "postgres" | "memory"; trouble: string | null; bytes: number | null };
  calls: { inFlight: number; most: number };
  clock: { now: string; offsetMs: number };
  /** How late the event loop was over the last minute. */
  eventLoopDelayMs: { p50: number; p99: number };
  memoryBytes: number;
}
