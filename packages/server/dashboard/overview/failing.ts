/**
 * Functions that fail now: of at least three runs that ended in the last hour half or more have failed, or the
 * last three that ended at all. The second finds what runs once a night.
 */
import type { Attention } from "@stepwell/api/dashboard";
import type { FunctionId, FunctionRow, RunRow, RunStatus } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { isoTime } from "../../reply.ts";
import { countText } from "../functions/duration-text.ts";
import { emptyTally, endedOf, type Tally } from "../statistics/index.ts";
import type { Known } from "./known.ts";
import { runsLink } from "./links.ts";

/** Functions that are looked at, those with the most failures in the last day first. */
const MOST_FUNCTIONS = 20;
const RUNS_LOOKED_AT = 30;
/** A skipped run never began. */
const ENDS: RunStatus[] = ["completed", "failed", "cancelled"];
const LAST = 3;

/**
 * @param hour counted over the last hour, by function
 * @param day the same over the last day: what has not failed in it is not looked at
 */
export async function failingFunctions(
  known: Known,
  hour: ReadonlyMap<FunctionId, Tally>,
  day: ReadonlyMap<FunctionId, Tally>,
  read: Reads,
): Promise<Attention[]> {
  const candidates = known.functions
    .filter((fn) => !fn.archived && (day.get(fn.id)?.failed ?? 0) > 0)
    .sort((a, b) => (day.get(b.id)?.failed ?? 0) - (day.get(a.id)?.failed ?? 0));
  const found = await Promise.all(
    candidates.slice(0, MOST_FUNCTIONS).map(async (fn) => {
      const { rows } = await read.runs({ functionIds: [fn.id], status: ENDS, limit: RUNS_LOOKED_AT });
      return judge(fn, hour.get(fn.id) ?? emptyTally(), rows);
    }),
  );
  return found.filter((one) => one !== null);
}

/** @param runs the newest of those that have ended */
function judge(fn: FunctionRow, hour: Tally, runs: readonly RunRow[]): Attention | null {
  const ended = runs.toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
  const inHour = endedOf(hour);
  const often = inHour >= LAST && hour.failed * 2 >= inHour;
  const streak = ended.findIndex(({ status }) => status !== "failed");
  const inRow = streak < 0 ? ended.length : streak;
  if (!often && inRow < LAST) return null;
  const text = often
    ? `${fn.config.name}: ${hour.failed} of ${countText(inHour, "run")} of the last hour failed`
    : `${fn.config.name}: the last ${countText(inRow, "run")} failed`;
  // Where it fails now and then, its first failure among those that were looked at says no more than the hour does.
  const since = inRow > 0 ? (ended[inRow - 1]?.endedAt ?? null) : null;
  const span = often ? "1h" : "24h";
  const href = runsLink(["status", "failed"], ["function", fn.slug], ["since", span]);
  return { kind: "failing", severity: "error", text, since: isoTime(since), href };
}
