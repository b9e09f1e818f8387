/** Bulk previews and jobs as the dashboard shows them. */
import type { BulkAction, BulkJob, BulkPreview } from "@stepwell/api/dashboard";
import type { BulkJobRow, RunRow } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { functionName, readNames } from "../../render/v2.ts";
import { isoTime } from "../../reply.ts";
import { runLines } from "../runs/run-lines.ts";
import type { Chosen } from "./choose.ts";

const SAMPLES = 5;

export async function previewView(
  action: BulkAction,
  { runs, capped, excluded }: Chosen,
  token: string,
  engine: Engine,
): Promise<BulkPreview> {
  const names = await readNames(engine.read);
  const times = runs.map(({ queuedAt }) => queuedAt);
  return {
    action,
    token,
    total: { count: runs.length, capped },
    byStatus: counted(runs, ({ status }) => status).map(([status, count]) => ({ status, count })),
    byFunction: counted(runs, ({ functionId }) => functionId).map(([id, count]) => ({
      function: functionName(id, names),
      count,
    })),
    samples: await runLines(runs.slice(0, SAMPLES), engine),
    oldest: runs.length === 0 ? null : isoTime(times.reduce((a, b) => Math.min(a, b))),
    newest: runs.length === 0 ? null : isoTime(times.reduce((a, b) => Math.max(a, b))),
    excluded,
  };
}

/** The most frequent first. */
function counted<K>(runs: readonly RunRow[], keyOf: (run: RunRow) => K): [K, number][] {
  const groups = [...Map.groupBy(runs, keyOf)].map(([key, ofKey]): [K, number] => [key, ofKey.length]);
  return groups.sort((a, b) => b[1] - a[1]);
}

export function jobView({ filter, createdAt, startsAt, endedAt, errors, ...row }: BulkJobRow): BulkJob {
  return {
    ...row,
    q: filter,
    errors: errors.map(({ runId, message }) => ({ runId: String(runId), message: String(message) })),
    createdAt: isoTime(createdAt),
    startsAt: isoTime(startsAt),
    endedAt: isoTime(endedAt),
  };
}
