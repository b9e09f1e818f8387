/** Rows as REST v2 shows them (wire.md §10.2). */
import type { FunctionRun, V2RunStatus } from "@stepwell/api";
import type { AppRow, FunctionRow, RunRow } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
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

export function functionRun(run: RunRow, names: Names): FunctionRun {
  const fn = names.fn(run.functionId);
  return {
    id: run.id,
    app: { id: run.appId, name: names.app(run.appId)?.name ?? "" },
    function: { id: run.functionId, name: fn?.config.name ?? "", slug: fn?.slug ?? "" },
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
  };
}
