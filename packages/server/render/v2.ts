/** Rows as REST v2 shows them (wire.md §10.2). */
import type { EventView, FunctionRun, V2RunStatus } from "@stepwell/api";
import type { AppRow, EventBody, FunctionRow, RunRow } from "@stepwell/core";
import type { Reads, StoredEvent } from "@stepwell/store";
import { isoTime } from "../reply.ts";

/** Names of apps and functions, read once for a whole answer. */
export interface Names {
  app(id: string): AppRow | undefined;
  fn(id: string): FunctionRow | undefined;
}

export async function readNames(read: Reads): Promise<Names> {
  const [apps, functions] = await Promise.all([read.apps(), read.functions()]);
  const appById = new Map(apps.map((app) => [app.id, app]));
  const fnById = new Map(functions.map((fn) => [fn.id, fn]));
  return { app: (id) => appById.get(id), fn: (id) => fnById.get(id) };
}

/** A function as runs name it; empty where it is not known any more. */
export function functionName(id: string, names: Pick<Names, "fn">): FunctionRun["function"] {
  const fn = names.fn(id);
  return { id, name: fn?.config.name ?? "", slug: fn?.slug ?? "" };
}

export function functionRun(run: RunRow, names: Names): FunctionRun {
  return {
    id: run.id,
    app: { id: run.appId, name: names.app(run.appId)?.name ?? "" },
    function: functionName(run.functionId, names),
    status: run.status.toUpperCase() as V2RunStatus,
    trigger: {
      eventName: run.eventName,
      eventIds: run.eventIds,
      batchId: run.batchId,
      isBatch: run.batchId !== null,
      cronSchedule: run.cron,
    },
    queuedAt: isoTime(run.queuedAt),
    startedAt: isoTime(run.startedAt),
    endedAt: isoTime(run.endedAt),
    durationMs: run.startedAt === null || run.endedAt === null ? null : run.endedAt - run.startedAt,
    originalRunId: run.originalRunId,
  };
}

/** One event with what it started (semantics §10.5). */
export function eventView({ row, body }: StoredEvent, runs: RunRow[], names: Names): EventView {
  const { data, user, v } = body as unknown as EventBody;
  const raw = {
    name: row.name,
    data,
    id: row.externalId,
    ts: row.ts,
    ...(v === undefined ? {} : { v }),
    ...(user === undefined ? {} : { user }),
  };
  return {
    id: row.id,
    name: row.name,
    receivedAt: isoTime(row.receivedAt),
    occurredAt: isoTime(row.ts),
    idempotencyKey: row.externalId,
    raw: JSON.stringify(raw),
    source: row.internal ? "server" : "event-api",
    runs: runs.map((run) => functionRun(run, names)),
  };
}
