/** From counted rows to what pages show: the points of a chart, and sums by function. */
import type { Range, Series, SeriesPoint } from "@stepwell/api/dashboard";
import type { FunctionId, Instant, StatisticRow } from "@stepwell/core";
import { isoTime } from "../../reply.ts";
import { percentile } from "./histogram.ts";
import type { Counted } from "./read.ts";
import { floorTo, type Plan } from "./spans.ts";
import { countRow, emptyTally, type Tally, tallyOf } from "./tally.ts";

/** The chart of counted rows; a point without runs is there all the same, with nothing in it. */
export function seriesOf(range: Range, plan: Plan, { rows, completeFrom }: Counted): Series {
  const tallies = new Map<Instant, Tally>();
  for (const row of rows) countRow(tallyOf(tallies, floorTo(row.at, plan.stepMs)), row);
  return {
    range,
    stepMs: plan.stepMs,
    points: plan.points.map((at) => pointOf(at, tallies.get(at) ?? emptyTally())),
    completeFrom: completeFrom === null || completeFrom <= plan.from ? null : isoTime(completeFrom),
  };
}

function pointOf(at: Instant, { completed, failed, cancelled, skipped, queueMs, runMs }: Tally): SeriesPoint {
  return {
    at: isoTime(at),
    completed,
    failed,
    cancelled,
    skipped,
    queueP50Ms: percentile(queueMs, 0.5),
    queueP95Ms: percentile(queueMs, 0.95),
    runP50Ms: percentile(runMs, 0.5),
    runP95Ms: percentile(runMs, 0.95),
    runP99Ms: percentile(runMs, 0.99),
  };
}

/** All rows of a function added up. */
export function sumByFunction(rows: readonly StatisticRow[]): Map<FunctionId, Tally> {
  const tallies = new Map<FunctionId, Tally>();
  for (const row of rows) countRow(tallyOf(tallies, row.functionId), row);
  return tallies;
}

/** All rows added up. */
export function sumOf(rows: readonly StatisticRow[]): Tally {
  const tally = emptyTally();
  for (const row of rows) countRow(tally, row);
  return tally;
}
