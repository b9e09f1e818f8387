/**
 * What is counted of a time: rows of hours and minutes as far as they are written, and the runs that have ended
 * since. The parts never overlap: each begins where the one before it ends.
 */
import { setImmediate as otherRequests } from "node:timers/promises";
import type { DurationMs, FunctionId, Instant, RunRow, StatisticRow } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { bringUpToDate } from "./current.ts";
import { ALL_FUNCTIONS, floorTo, HOUR_MS, MINUTE_MS } from "./spans.ts";
import { countRun, rowOf, type Tally, tallyOf } from "./tally.ts";

/** Runs that are counted for an answer because their minute is not written yet. */
const MOST_LIVE = 5_000;
const PAGE = 500;
/** Rows that are read in one go: hours of many functions are hundreds of thousands. */
const ROWS_AT_ONCE = 5_000;
const MOST_HOURS = 24;

/** A time up to now, and the width of the rows that it is counted by. */
export interface Span {
  /** A multiple of the width. */
  from: Instant;
  widthMs: DurationMs;
  /** Only the sum over all functions is needed: rows need not tell which function they are of. */
  total?: true;
}

export interface Counted {
  rows: StatisticRow[];
  /** Complete from then on; null: all of it is. */
  completeFrom: Instant | null;
}

/**
 * Reads what ended in each of some spans; bounded, whatever has ended since the last row.
 * @param functionIds only of these; absent: of all
 */
export async function readCounted(
  engine: Engine,
  spans: readonly Span[],
  functionIds?: readonly FunctionId[],
): Promise<Counted[]> {
  if (functionIds?.length === 0) return spans.map(() => ({ rows: [], completeFrom: null }));
  const only = functionIds === undefined ? {} : { functionIds: [...functionIds] };
  const begin = Math.min(...spans.map(({ from }) => from));
  const written = await readWritten(engine, begin);
  const live = await readLive(engine, written.minutes, only);
  const counted: Counted[] = [];
  for (const span of spans) {
    const kept = await readKept(engine, span, written, only);
    const rows = [...kept, ...live.rows.filter(({ at }) => at >= span.from)];
    counted.push({ rows, completeFrom: live.completeFrom });
  }
  return counted;
}

/** How far spans are written: all that ended before is in a row. */
interface Written {
  hours: Instant;
  minutes: Instant;
}

async function readWritten(engine: Engine, from: Instant): Promise<Written> {
  const { read } = engine;
  const doneUntil = await bringUpToDate(engine);
  const [hour, minute] = await Promise.all([read.lastStatistic(HOUR_MS), read.lastStatistic(MINUTE_MS)]);
  const minutes = Math.max(from, doneUntil, minute === null ? from : minute + MINUTE_MS);
  // An hour is written before any minute of a later one.
  const hours = Math.max(
    hour === null ? from : hour + HOUR_MS,
    minute === null ? from : floorTo(minute, HOUR_MS),
  );
  return { hours: Math.min(hours, minutes), minutes };
}

interface Only {
  functionIds?: FunctionId[];
}

async function readKept(
  { read }: Engine,
  { from, widthMs, total }: Span,
  written: Written,
  only: Only,
): Promise<StatisticRow[]> {
  const parts: StatisticRow[][] = [];
  const hours = widthMs === HOUR_MS ? Math.max(from, written.hours) : from;
  const all = total === true && only.functionIds === undefined;
  for (let at = from, until = from, atOnce = all ? Number.POSITIVE_INFINITY : 1; at < hours; at = until) {
    until = Math.min(hours, at + atOnce * HOUR_MS);
    const hourly = { widthMs: HOUR_MS, from: at, until };
    const found = await read.statistics({ ...hourly, ...(all ? { functionIds: [ALL_FUNCTIONS] } : only) });
    parts.push(all ? found : found.filter(({ functionId }) => functionId !== ALL_FUNCTIONS));
    // How many rows an hour has, the ones before it tell.
    const perHour = (found.length * HOUR_MS) / (until - at);
    if (!all) atOnce = Math.min(MOST_HOURS, Math.max(1, Math.floor(ROWS_AT_ONCE / perHour)));
    await otherRequests();
  }
  const minutes = { widthMs: MINUTE_MS, from: hours, until: written.minutes };
  parts.push(await read.statistics({ ...minutes, ...only }));
  return parts.flat();
}

/** The newest first: where there are more than can be counted now, the newest minutes are whole. */
async function readLive(engine: Engine, from: Instant, only: Only): Promise<Counted> {
  const runs: RunRow[] = [];
  for (let cursor: string | null | undefined; cursor !== null && runs.length < MOST_LIVE; ) {
    const page = await engine.read.runs({
      timeField: "endedAt",
      order: "desc",
      from,
      limit: PAGE,
      ...only,
      ...(cursor === undefined ? {} : { cursor }),
    });
    runs.push(...page.rows);
    if (page.cursor === null) return { rows: rowsOf(runs), completeFrom: null };
    cursor = page.cursor;
    await otherRequests();
  }
  const completeFrom = floorTo(runs.at(-1)?.endedAt ?? from, MINUTE_MS) + MINUTE_MS;
  return { rows: rowsOf(runs.filter(({ endedAt }) => (endedAt ?? 0) >= completeFrom)), completeFrom };
}

function rowsOf(runs: readonly RunRow[]): StatisticRow[] {
  const minutes = new Map<Instant, Map<FunctionId, Tally>>();
  for (const run of runs) {
    const at = floorTo(run.endedAt ?? 0, MINUTE_MS);
    const tallies = minutes.get(at) ?? new Map<FunctionId, Tally>();
    minutes.set(at, tallies);
    countRun(tallyOf(tallies, run.functionId), run);
  }
  return [...minutes].flatMap(([at, tallies]) =>
    [...tallies].map(([functionId, tally]) => rowOf(tally, functionId, MINUTE_MS, at)),
  );
}
