/** Who may use the dashboard and its API, and what they did. */
import type { ApiKeyRow, AuditRow, Instant, SignInRow, UserRow } from "@stepwell/core";
import type { AuditFilter, Page } from "@stepwell/store";
import { rowOf, rowsOf, type Source } from "../rows.ts";

export const accessSql = {
  // All rows: there are tens of users.
  users: "select * from users order by name, id",
  // index: primary key
  signIn: "select * from sign_ins where id = ?",
  // index: sign_ins_user, backwards
  signInsOf: "select * from sign_ins where user_id = ? order by created_at desc, id desc",
  // index: sign_ins_expiry
  expired: "select * from sign_ins where expires_at < ? order by expires_at, id limit ?",
  // All rows: there are tens of keys.
  apiKeys: "select * from api_keys order by created_at desc, id desc",
  // index: primary key, audit_actor or audit_action, backwards
  audit: "select * from audit where id < ? order by id desc limit ?",
  auditOfActor: "select * from audit where actor = ? and id < ? order by id desc limit ?",
  auditOfAction: "select * from audit where action = ? and id < ? order by id desc limit ?",
  auditOfBoth: "select * from audit where actor = ? and +action = ? and id < ? order by id desc limit ?",
} as const;

/** Comes after every id. */
const LAST = "\u{10FFFF}";

export function readUsers(source: Source): UserRow[] {
  return rowsOf(source, "users", accessSql.users);
}

export function readSignIn(source: Source, id: string): SignInRow | null {
  return rowOf(source, "signIns", accessSql.signIn, id);
}

export function readSignInsOf(source: Source, userId: string): SignInRow[] {
  return rowsOf(source, "signIns", accessSql.signInsOf, userId);
}

export function readExpiredSignIns(source: Source, before: Instant, limit: number): SignInRow[] {
  return rowsOf(source, "signIns", accessSql.expired, before, limit);
}

export function readApiKeys(source: Source): ApiKeyRow[] {
  return rowsOf(source, "apiKeys", accessSql.apiKeys);
}

export function readAudit(source: Source, { actor, action, cursor, limit }: AuditFilter): Page<AuditRow> {
  const page = [cursor ?? LAST, limit + 1] as const;
  const rows = (() => {
    if (actor !== undefined && action !== undefined)
      return rowsOf(source, "audit", accessSql.auditOfBoth, actor, action, ...page);
    if (actor !== undefined) return rowsOf(source, "audit", accessSql.auditOfActor, actor, ...page);
    if (action !== undefined) return rowsOf(source, "audit", accessSql.auditOfAction, action, ...page);
    return rowsOf(source, "audit", accessSql.audit, ...page);
  })();
  const shown = rows.slice(0, limit);
  return { rows: shown, cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}
