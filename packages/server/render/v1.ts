/** Rows as REST v1 shows them (wire.md §10.1). */
import type { V1Event, V1Run, V1RunStatus } from "@stepwell/api";
import type { EventBody, FunctionRow, Json, JsonObject, RunRow, RunStatus } from "@stepwell/core";
import type { StoredEvent } from "@stepwell/store";
import { isoTime } from "../reply.ts";

/** One store is one environment (ADR 0010), so that the account and environment of every row are the same. */
const ONLY = "00000000-0000-0000-0000-000000000000";

export function v1Event({ row, body }: StoredEvent): V1Event {
  const { data, user, v } = body as unknown as EventBody;
  return {
    internal_id: row.id,
    id: row.externalId,
    name: row.name,
    data,
    user: user ?? {},
    ts: row.ts,
    v: v ?? null,
    received_at: isoTime(row.receivedAt),
    receivedAt: isoTime(row.receivedAt),
    accountID: ONLY,
    environmentID: ONLY,
    source: row.internal ? "server" : "event-api",
    sourceID: ONLY,
  };
}

const words: Record<RunStatus, V1RunStatus> = {
  queued: "Queued",
  running: "Running",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
  skipped: "Skipped",
};

export function v1Run(run: RunRow, output: Json, fn: FunctionRow | undefined): V1Run {
  return {
    run_id: run.id,
    run_started_at: isoTime(run.startedAt),
    ended_at: isoTime(run.endedAt),
    status: words[run.status],
    output: bareOutput(output),
    function_id: run.functionId,
    function_slug: fn?.slug ?? "",
    function_name: fn?.config.name ?? "",
    function_version: run.functionVersion,
    environment_id: ONLY,
    event_id: run.eventId,
    batch_id: run.batchId,
    original_run_id: run.originalRunId,
    cron: run.cron,
  };
}

/** What is stored is `{data}` or `{error}`; the API shows what is inside, an error without the SDK's mark. */
export function bareOutput(stored: Json): Json {
  if (!isObject(stored)) return stored;
  const { data = null, error = null } = stored;
  if (error === null || !isObject(error)) return error ?? data;
  const { __serialized, ...shown } = error;
  return shown;
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
