/**
 * A filter of runs by status, function or app, as ranges of an index: each pair of values is one, in the order of
 * the list, and the page is merged from their beginnings. What is rare is then found as fast as what is frequent.
 */
import type { FunctionId, RunStatus } from "@stepwell/core";
import type { RunFilter } from "./port.ts";

export interface RunBranches {
  /** Null: of all functions. */
  functionIds: FunctionId[] | null;
  statuses: RunStatus[];
}

/** More than so many are not merged: the list is walked, and what does not match is passed over. */
export const MOST_BRANCHES = 10_000;

const known: Record<RunStatus, true> = {
  queued: true,
  running: true,
  completed: true,
  failed: true,
  cancelled: true,
  skipped: true,
};
const allStatuses = Object.keys(known) as RunStatus[];

/**
 * The ranges of a filter; null: it is not made of ranges, walk the list.
 * @param functionIds those of the filter, and of its apps; undefined: all
 */
export function branchesOf(
  { status, timeField = "queuedAt" }: Pick<RunFilter, "status" | "timeField">,
  functionIds: readonly FunctionId[] | undefined,
): RunBranches | null {
  if (timeField !== "queuedAt" || (status === undefined && functionIds === undefined)) return null;
  const statuses = [...new Set(status ?? allStatuses)];
  if (functionIds === undefined) return { functionIds: null, statuses };
  const unique = [...new Set(functionIds)];
  return unique.length * statuses.length > MOST_BRANCHES ? null : { functionIds: unique, statuses };
}
