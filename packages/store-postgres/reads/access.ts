/** Who may use the dashboard and its API, and what they did. */
import type { ApiKeyRow, AuditRow, Instant, SignInRow, UserRow } from "@stepwell/core";
import type { AuditFilter, Page } from "@stepwell/store";
import { rowsOf, type Source, selectList } from "../rows.ts";

const signIns = selectList("signIns");
const audit = (condition: string, mark: number): string =>
  `select ${selectList("audit")} from {audit} where ${condition}id < $${mark} order by id desc limit $${mark + 1}`;

export const accessSql: Readonly<
  Record<
    | "users"
    | "signIn"
    | "signInsOf"
    | "expired"
    | "apiKeys"
    | "audit"
    | "auditOfActor"
    | "auditOfAction"
    | "auditOfBoth",
    string
  >
> = {
  // All rows: there are tens of users.
  users: `select ${selectList("users")} from {users} order by name, id`,
  // index: primary key
  signIn: `select ${signIns} from {sign_ins} where id = $1`,
  // index: sign_ins_user, backwards
  signInsOf: `select ${signIns} from {sign_ins} where user_id = $1 order by created_at desc, id desc`,
  // index: sign_ins_expiry
  expired: `select ${signIns} from {sign_ins} where expires_at < $1 order by expires_at, id limit $2`,
  // All rows: there are tens of keys.
  apiKeys: `select ${selectList("apiKeys")} from {api_keys} order by created_at desc, id desc`,
  // index: primary key, audit_actor or audit_action, backwards
  audit: audit("", 1),
  auditOfActor: audit("actor = $1 and ", 2),
  auditOfAction: audit("action = $1 and ", 2),
  // What is concatenated is no index's.
  auditOfBoth: audit("actor = $1 and action || '' = $2 and ", 3),
};

/** Comes after every id. */
const LAST = "\u{10FFFF}";

export function readUsers(source: Source): Promise<UserRow[]> {
  return rowsOf(source, "users", accessSql.users);
}

export async function readSignIn(source: Source, id: string): Promise<SignInRow | null> {
  return (await rowsOf(source, "signIns", accessSql.signIn, id))[0] ?? null;
}

export function readSignInsOf(source: Source, userId: string): Promise<SignInRow[]> {
  return rowsOf(source, "signIns", accessSql.signInsOf, userId);
}

export function readExpiredSignIns(source: Source, before: Instant, limit: number): Promise<SignInRow[]> {
  return rowsOf(source, "signIns", accessSql.expired, before, limit);
}

export function readApiKeys(source: Source): Promise<ApiKeyRow[]> {
  return rowsOf(source, "apiKeys", accessSql.apiKeys);
}

export async function readAudit(source: Source, filter: AuditFilter): Promise<Page<AuditRow>> {
  const rows = await auditRows(source, filter);
  const shown = rows.slice(0, filter.limit);
  return { rows: shown, cursor: rows.length > filter.limit ? (shown.at(-1)?.id ?? null) : null };
}

function auditRows(source: Source, { actor, action, cursor, limit }: AuditFilter): Promise<AuditRow[]> {
  const page = [cursor ?? LAST, limit + 1] as const;
  if (actor !== undefined && action !== undefined)
    return rowsOf(source, "audit", accessSql.auditOfBoth, actor, action, ...page);
  if (actor !== undefined) return rowsOf(source, "audit", accessSql.auditOfActor, actor, ...page);
  if (action !== undefined) return rowsOf(source, "audit", accessSql.auditOfAction, action, ...page);
  return rowsOf(source, "audit", accessSql.audit, ...page);
}
