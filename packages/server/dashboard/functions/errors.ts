/** What runs of a function failed with, grouped by error name and the first line of the message. */
import type { FunctionDetail } from "@stepwell/api/dashboard";
import type { FunctionId, Instant, Json } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { isoTime } from "../../reply.ts";
import { mapInTurns } from "../../turns.ts";
import { firstLine } from "../first-line.ts";

type ErrorGroup = FunctionDetail["errors"][number];

/** The newest failed runs whose errors are read. */
const MOST_FAILED = 200;
const MOST_GROUPS = 20;
const LONGEST_LINE = 300;

/**
 * The groups, the most frequent first.
 * @param from runs that were queued before are left out
 */
export async function readErrors(read: Reads, functionId: FunctionId, from: Instant): Promise<ErrorGroup[]> {
  const groups = new Map<string, ErrorGroup>();
  const failed = await read.runs({ functionIds: [functionId], status: ["failed"], from, limit: MOST_FAILED });
  const errors = await mapInTurns(failed.rows, async (run) => errorOf(await read.output(run.id)));
  for (const [n, run] of failed.rows.entries()) {
    const { name, message } = errors[n] ?? errorOf(null);
    const key = JSON.stringify([name, message]);
    const group = groups.get(key);
    if (group !== undefined) group.count += 1;
    else
      groups.set(key, {
        name,
        message,
        count: 1,
        lastAt: isoTime(run.endedAt ?? run.queuedAt),
        runId: run.id,
      });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count).slice(0, MOST_GROUPS);
}

function errorOf(stored: Json): { name: string; message: string } {
  const error = (stored as { error?: Json } | null)?.error ?? null;
  if (error === null || typeof error !== "object" || Array.isArray(error))
    return { name: "Error", message: lineOf(error) };
  const { name, message } = error;
  return { name: typeof name === "string" && name !== "" ? name : "Error", message: lineOf(message ?? null) };
}

function lineOf(message: Json): string {
  const text = typeof message === "string" ? message : message === null ? "" : JSON.stringify(message);
  return firstLine(text, LONGEST_LINE);
}
