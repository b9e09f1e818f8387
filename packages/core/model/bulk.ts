/** Acts on many runs at once. A job's rows are frozen when it is made: it never grows wider than its preview. */
import type { RunId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import type { Instant } from "./moment.ts";

export interface BulkJobRow {
  id: string;
  action: "cancel" | "rerun";
  status: "undoable" | "running" | "paused" | "done" | "undone" | "cancelled";
  /** The filter that it was made from; null: chosen runs. */
  filter: string | null;
  /** Runs per second. */
  rate: number;
  total: number;
  done: number;
  skipped: number;
  failed: number;
  /** The newest 20: `{runId, message}`. */
  errors: JsonObject[];
  createdBy: string;
  createdAt: Instant;
  startsAt: Instant;
  endedAt: Instant | null;
}

/** One run of a job. */
export interface BulkItemRow {
  jobId: string;
  /** Its place in the job, from 0. */
  ord: number;
  runId: RunId;
  outcome: "waiting" | "done" | "skipped" | "failed";
  /** The run that repeats it. */
  newRunId: RunId | null;
}
