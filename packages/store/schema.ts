/**
 * One table of tables: every column, its kind, and which the store fills. All SQL stores write and
 * read rows by it, so a new column is one line here and one migration each. The types see to it that
 * no column is missing and that its kind fits its type.
 */
import type { Keys, TableName, Tables } from "@stepwell/core";

/** How a field is kept. `payload` goes through the codec; `json` is small and never filtered. */
export type ColumnKind = "text" | "integer" | "json" | "bool" | "payload";

type KindOf<V> = [V] extends [boolean]
  ? "bool"
  : [V] extends [number | null]
    ? "integer"
    : [V] extends [string | null]
      ? "text"
      : "json" | "payload";

interface ShapeOf<T extends TableName> {
  /** SQL name. */
  readonly name: string;
  /** Row field → kind. */
  readonly columns: { readonly [F in keyof Tables[T]]: KindOf<Tables[T][F]> };
  readonly key: readonly Keys[T][];
  /** Beside the key, no two rows have one value of this; `anyCase`: a and A are one, of ASCII letters. */
  readonly unique?: { readonly field: keyof Tables[T]; readonly anyCase?: true };
  /** Filled by the store: from the shared sequence, or in order of insertion. */
  readonly assigned?: { readonly field: keyof Tables[T]; readonly from: "sequence" | "insertion" };
}

export const schema: { readonly [T in TableName]: ShapeOf<T> } = {
  apps: {
    name: "apps",
    columns: {
      id: "text",
      name: "text",
      url: "text",
      sdk: "text",
      framework: "text",
      platform: "text",
      env: "text",
      appVersion: "text",
      checksum: "text",
      syncedAt: "integer",
      error: "text",
    },
    key: ["id"],
  },
  functions: {
    name: "functions",
    columns: {
      id: "text",
      appId: "text",
      slug: "text",
      version: "integer",
      config: "json",
      archived: "bool",
      mode: "text",
    },
    key: ["id"],
  },
  events: {
    name: "events",
    columns: {
      id: "text",
      seq: "integer",
      externalId: "text",
      name: "text",
      ts: "integer",
      receivedAt: "integer",
      internal: "bool",
    },
    key: ["id"],
    assigned: { field: "seq", from: "sequence" },
  },
  payloads: {
    name: "payloads",
    columns: { owner: "text", name: "text", value: "payload" },
    key: ["owner", "name"],
  },
  runs: {
    name: "runs",
    columns: {
      id: "text",
      seq: "integer",
      functionId: "text",
      appId: "text",
      functionVersion: "integer",
      eventId: "text",
      eventIds: "json",
      eventName: "text",
      cron: "text",
      batchId: "text",
      originalRunId: "text",
      status: "text",
      queuedAt: "integer",
      startedAt: "integer",
      endedAt: "integer",
    },
    key: ["id"],
    assigned: { field: "seq", from: "sequence" },
  },
  runStates: { name: "run_states", columns: { runId: "text", state: "json" }, key: ["runId"] },
  steps: {
    name: "steps",
    columns: {
      runId: "text",
      id: "text",
      ord: "integer",
      op: "text",
      name: "text",
      userlandId: "text",
      userlandIndex: "integer",
      status: "text",
      attempts: "integer",
      queuedAt: "integer",
      startedAt: "integer",
      endedAt: "integer",
    },
    key: ["runId", "id"],
  },
  history: {
    name: "history",
    columns: { id: "integer", runId: "text", at: "integer", kind: "text", step: "text", data: "json" },
    key: ["id"],
    assigned: { field: "id", from: "insertion" },
  },
  waits: {
    name: "waits",
    columns: {
      id: "text",
      seq: "integer",
      kind: "text",
      name: "text",
      anchor: "text",
      runId: "text",
      step: "text",
      expression: "text",
      openedAt: "integer",
      until: "integer",
    },
    key: ["id"],
    assigned: { field: "seq", from: "sequence" },
  },
  waitPaths: { name: "wait_paths", columns: { name: "text", path: "text" }, key: ["name", "path"] },
  wakes: {
    name: "wakes",
    columns: { id: "text", job: "json", runId: "text", lane: "text", score: "integer", dueAt: "integer" },
    key: ["id"],
  },
  lanes: {
    name: "lanes",
    columns: {
      lane: "text",
      pool: "text",
      functionId: "text",
      cells: "json",
      head: "integer",
      blocked: "text",
    },
    key: ["lane"],
  },
  cells: { name: "cells", columns: { cell: "text", used: "integer", state: "json" }, key: ["cell"] },
  nudges: {
    name: "nudges",
    columns: { id: "integer", pool: "text", lane: "text", cells: "json", score: "integer", gone: "text" },
    key: ["id"],
    assigned: { field: "id", from: "insertion" },
  },
  leases: {
    name: "leases",
    columns: {
      id: "text",
      pool: "text",
      runId: "text",
      lane: "text",
      score: "integer",
      cells: "json",
      node: "text",
      freed: "bool",
      call: "json",
      at: "integer",
    },
    key: ["id"],
  },
  gateCells: {
    name: "gate_cells",
    columns: { key: "text", state: "json", expiresAt: "integer" },
    key: ["key"],
  },
  ticks: {
    name: "ticks",
    columns: {
      functionId: "text",
      cron: "text",
      scheduledAt: "integer",
      outcome: "text",
      at: "integer",
      runId: "text",
      until: "integer",
    },
    key: ["functionId", "cron", "scheduledAt"],
  },
  outcomes: {
    name: "outcomes",
    columns: {
      eventId: "text",
      functionId: "text",
      at: "integer",
      outcome: "text",
      cell: "text",
      leader: "text",
      runId: "text",
      detail: "json",
    },
    key: ["eventId", "functionId"],
  },
  users: {
    name: "users",
    columns: {
      id: "text",
      name: "text",
      role: "text",
      passwordHash: "text",
      oidcSubject: "text",
      createdAt: "integer",
      lastSeenAt: "integer",
      disabled: "bool",
    },
    key: ["id"],
    unique: { field: "name", anyCase: true },
  },
  signIns: {
    name: "sign_ins",
    columns: {
      id: "text",
      userId: "text",
      createdAt: "integer",
      lastSeenAt: "integer",
      expiresAt: "integer",
      userAgent: "text",
      address: "text",
    },
    key: ["id"],
  },
  apiKeys: {
    name: "api_keys",
    columns: {
      id: "text",
      name: "text",
      hash: "text",
      ending: "text",
      scopes: "json",
      createdAt: "integer",
      createdBy: "text",
      expiresAt: "integer",
      lastUsedAt: "integer",
      revokedAt: "integer",
    },
    key: ["id"],
    unique: { field: "hash" },
  },
  audit: {
    name: "audit",
    columns: {
      id: "text",
      at: "integer",
      actor: "text",
      actorKind: "text",
      action: "text",
      target: "text",
      detail: "json",
      outcome: "text",
      address: "text",
      requestId: "text",
    },
    key: ["id"],
  },
  bulkJobs: {
    name: "bulk_jobs",
    columns: {
      id: "text",
      action: "text",
      status: "text",
      filter: "text",
      rate: "integer",
      total: "integer",
      done: "integer",
      skipped: "integer",
      failed: "integer",
      errors: "json",
      createdBy: "text",
      createdAt: "integer",
      startsAt: "integer",
      endedAt: "integer",
    },
    key: ["id"],
  },
  bulkItems: {
    name: "bulk_items",
    columns: { jobId: "text", ord: "integer", runId: "text", outcome: "text", newRunId: "text" },
    key: ["jobId", "ord"],
  },
  statistics: {
    name: "statistics",
    columns: {
      functionId: "text",
      widthMs: "integer",
      at: "integer",
      completed: "integer",
      failed: "integer",
      cancelled: "integer",
      skipped: "integer",
      queueMs: "json",
      runMs: "json",
    },
    key: ["functionId", "widthMs", "at"],
  },
  nodes: { name: "nodes", columns: { id: "text", startedAt: "integer", aliveUntil: "integer" }, key: ["id"] },
};

/** A table as generic code sees it. */
export interface TableShape {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnKind>>;
  readonly key: readonly string[];
  readonly unique?: { readonly field: string; readonly anyCase?: true };
  readonly assigned?: { readonly field: string; readonly from: "sequence" | "insertion" };
}

export function shapeOf(table: TableName): TableShape {
  return schema[table];
}

/** `runId` → `run_id`. */
export function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
