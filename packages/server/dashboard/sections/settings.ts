/** Keys, users, the audit log and the state of the server: for admins, but for the last. */

import type { ApiKeyView, AuditEntry, Scope, UserView } from "@stepwell/api/dashboard";
import type { settingsSchemas } from "@stepwell/api/dashboard/schemas";
import type { ApiKeyRow, AuditRow, JsonObject, UserRow } from "@stepwell/core";
import { eventLoopDelay } from "../../event-loop.ts";
import { isoTime } from "../../reply.ts";
import { addUser, changeUser, removeUser } from "../access/accounts.ts";
import { addKey, revokeKey } from "../access/keys.ts";
import type { Handlers } from "../call.ts";

const PAGE = 50;

export const settingsHandlers: Handlers<keyof typeof settingsSchemas> = {
  async listKeys({ engine }) {
    return { data: (await engine.read.apiKeys()).map(keyView) };
  },

  async createKey({ engine, body, caller }) {
    const { row, secret } = await addKey(engine, { ...body, createdBy: caller.name });
    const detail: JsonObject = { scopes: row.scopes, expiresAt: isoTime(row.expiresAt) };
    return { data: { key: keyView(row), secret }, target: `key ${row.name} …${row.ending}`, detail };
  },

  async revokeKey({ engine, params }) {
    const { name, ending } = await revokeKey(engine, params.id);
    return { data: { done: true }, target: `key ${name} …${ending}` };
  },

  async listUsers({ engine }) {
    const users = await engine.read.users();
    return { data: users.map(userView).sort((a, b) => a.name.localeCompare(b.name)) };
  },

  async createUser({ engine, body }) {
    const user = await addUser(engine, body);
    return { data: userView(user), target: `user ${user.name}`, detail: { role: user.role } };
  },

  async updateUser({ engine, params, body, caller }) {
    const user = await changeUser(engine, params.id, body, caller.id);
    const { password, ...told } = body;
    const detail: JsonObject = { ...told, ...(password === undefined ? {} : { password: "changed" }) };
    return { data: userView(user), target: `user ${user.name}`, detail };
  },

  async removeUser({ engine, params, caller }) {
    const user = await removeUser(engine, params.id, caller.id);
    return { data: { done: true }, target: `user ${user.name}` };
  },

  async listAudit({ engine, query }) {
    const limit = query.limit ?? PAGE;
    const { rows, cursor } = await engine.read.audit({ ...query, limit });
    return { data: rows.map(auditEntry), page: { next: cursor, limit } };
  },

  async getHealth({ engine, options }) {
    const { status, store, callsInFlight } = engine.health();
    const { now, offsetMs } = engine.clock();
    return {
      data: {
        status,
        version: options.version,
        node: process.version,
        mode: options.mode,
        uptimeMs: Math.round(process.uptime() * 1000),
        store: { kind: options.storeKind ?? "memory", trouble: store, bytes: await engine.read.bytes() },
        calls: { inFlight: callsInFlight, most: options.queueWorkers ?? 100 },
        clock: { now: isoTime(now), offsetMs },
        eventLoopDelayMs: eventLoopDelay(),
        memoryBytes: process.memoryUsage.rss(),
      },
    };
  },
};

function keyView({ hash: _hash, ...row }: ApiKeyRow): ApiKeyView {
  return {
    ...row,
    scopes: row.scopes as Scope[],
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    lastUsedAt: isoTime(row.lastUsedAt),
    revokedAt: isoTime(row.revokedAt),
  };
}

function userView({ id, name, role, oidcSubject, createdAt, lastSeenAt, disabled }: UserRow): UserView {
  return {
    id,
    name,
    role,
    signIn: oidcSubject === null ? "password" : "oidc",
    createdAt: isoTime(createdAt),
    lastSeenAt: isoTime(lastSeenAt),
    disabled,
  };
}

function auditEntry(row: AuditRow): AuditEntry {
  return { ...row, at: isoTime(row.at) };
}
