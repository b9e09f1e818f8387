/**
 * Writes the statistics: minutes that are over are counted from the runs that ended in them, hours that are
 * over from their minutes. Each span is counted as a whole and written in one commit, so that a crash or a
 * second node does no harm. What is written is derived: runs are the truth, and a list or a count of them
 * never looks here.
 *
 * A run's row may become visible after its minute was written, since a commit takes its time and nodes' clocks
 * differ by milliseconds. A minute is written once it has been over for 30 s, and while new ones follow the
 * newest is counted once more with them: a row has at least 90 s. One that comes later still is missing from
 * the charts, and from nothing else.
 */
import { setImmediate as otherRequests } from "node:timers/promises";
import type { FunctionId, Instant, RunRow } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import type { Page } from "@stepwell/store";
import { ALL_FUNCTIONS, floorTo, HOUR_MS, LONGEST_MS, MINUTE_MS } from "./spans.ts";
import { countRow, countRun, rowOf, type Tally, tallyOf } from "./tally.ts";

/** A minute is counted when it has been over for so long. */
const SETTLED_MS = 30_000;
/** The newest minute is counted again with those that follow it so soon. */
const AGAIN_MS = 2 * MINUTE_MS;
/** Minutes are kept for the short charts only; hours stay. */
const MINUTES_KEPT_MS = 24 * HOUR_MS;
/** Some milliseconds of work: then others have their turn. */
const PAGE = 200;
/** Rows that are written in one commit, or removed in one. */
const CHUNK = 500;

/** All minutes before this are over, and over for long enough. */
export function settledUntil(now: Instant): Instant {
  return floorTo(now - SETTLED_MS, MINUTE_MS);
}

/** When one more minute can be counted than those before `until`. */
export function nextSettledAt(until: Instant): Instant {
  return until + MINUTE_MS + SETTLED_MS;
}

/**
 * One pass from the newest minute that is written up to the one that is over now. Gives way after each page of
 * runs; empty time is jumped over, since it has no runs.
 * @returns when it is through: the end of what is counted
 */
export async function* gather(engine: Engine): AsyncGenerator<void, Instant> {
  const until = settledUntil(engine.now());
  const last = await engine.read.lastStatistic(MINUTE_MS);
  const from = beginOf(last, until);
  const writing = createWriting(engine, last);
  for (let cursor: string | null | undefined; cursor !== null && from < until; ) {
    const after = cursor === undefined ? {} : { cursor };
    const filter = { timeField: "endedAt", order: "asc", from, until, limit: PAGE } as const;
    const page: Page<RunRow> = await engine.read.runs({ ...filter, ...after });
    for (const [at, runs] of Map.groupBy(page.rows, ({ endedAt }) => floorTo(endedAt ?? from, MINUTE_MS)))
      await writing.count(at, runs);
    await writing.writeChunk();
    cursor = page.cursor;
    await otherRequests();
    yield;
  }
  await writing.finish(until);
  return until;
}

interface Minute {
  at: Instant;
  tallies: Map<FunctionId, Tally>;
}

interface Writing {
  /** Counts runs of a minute; minutes come in their order. */
  count(at: Instant, runs: readonly RunRow[]): Promise<void>;
  /** Writes the minutes that no more runs will come of, once there are enough of them. */
  writeChunk(): Promise<void>;
  /** No more runs come before this instant. */
  finish(until: Instant): Promise<void>;
}

/** An hour is written before any minute of a later one: so the newest minute tells which hours are written. */
function createWriting(engine: Engine, last: Instant | null): Writing {
  let hour = last === null ? null : floorTo(last, HOUR_MS);
  let open: Minute | null = null;
  let done: Minute[] = [];
  /** The hour has other minutes than when it was written, if it was. */
  let changed = false;
  const close = (): void => {
    if (open !== null) done.push(open);
    open = null;
  };
  const write = async (): Promise<void> => {
    changed ||= done.length > 0;
    await writeMinutes(engine, done);
    done = [];
  };
  return {
    async writeChunk() {
      if (done.reduce((rows, { tallies }) => rows + tallies.size, 0) >= CHUNK) await write();
    },
    async count(at, runs) {
      if (open?.at !== at) close();
      if (hour !== null && floorTo(at, HOUR_MS) !== hour) {
        await write();
        await writeHour(engine, hour);
        changed = false;
      }
      hour = floorTo(at, HOUR_MS);
      open ??= { at, tallies: new Map() };
      for (const run of runs) countRun(tallyOf(open.tallies, run.functionId), run);
    },
    async finish(until) {
      close();
      await write();
      if (hour === null || hour + HOUR_MS > until) return;
      const written = await engine.read.lastStatistic(HOUR_MS);
      if (changed || written === null || written < hour) await writeHour(engine, hour);
    },
  };
}

/** Where a pass begins; runs that are older than the longest chart are not counted. */
function beginOf(last: Instant | null, until: Instant): Instant {
  const oldest = floorTo(until - LONGEST_MS - HOUR_MS, HOUR_MS);
  if (last === null || last < oldest) return oldest;
  return until - (last + MINUTE_MS) <= AGAIN_MS ? last : last + MINUTE_MS;
}

/** All functions of a minute go into the same commit: the newest minute there is must be whole. */
async function writeMinutes(engine: Engine, minutes: readonly Minute[]): Promise<void> {
  let write: ReturnType<typeof rowOf>[] = [];
  for (const [n, { at, tallies }] of minutes.entries()) {
    write.push(...[...tallies].map(([functionId, tally]) => rowOf(tally, functionId, MINUTE_MS, at)));
    if (write.length < CHUNK && n < minutes.length - 1) continue;
    const rows = write;
    await engine.commit({}, () => ({ write: rows.map((row) => ({ put: "statistics", row })), reply: null }));
    write = [];
  }
}

async function writeHour(engine: Engine, at: Instant): Promise<void> {
  const { read } = engine;
  const before = await read.lastStatistic(HOUR_MS);
  const minutes = await read.statistics({ widthMs: MINUTE_MS, from: at, until: at + HOUR_MS });
  const tallies = new Map<FunctionId, Tally>();
  for (const row of minutes)
    for (const id of [row.functionId, ALL_FUNCTIONS]) countRow(tallyOf(tallies, id), row);
  const rows = [...tallies].map(([functionId, tally]) => rowOf(tally, functionId, HOUR_MS, at));
  await engine.commit({}, () => ({ write: rows.map((row) => ({ put: "statistics", row })), reply: null }));
  if (before !== null && before < at) await dropMinutes(engine, before, at - MINUTES_KEPT_MS);
}

/**
 * Removes the minutes before an instant, hour by hour.
 * @param before the hour that was written last: all before it less what is kept went with it then
 */
async function dropMinutes(engine: Engine, before: Instant, until: Instant): Promise<void> {
  const end = Math.min(until, before + HOUR_MS);
  for (let hour = before - MINUTES_KEPT_MS; hour < end; hour += HOUR_MS) {
    const span = { widthMs: MINUTE_MS, from: hour, until: hour + HOUR_MS };
    const keys = (await engine.read.statistics(span)).map(({ functionId, widthMs, at }) => ({
      functionId,
      widthMs,
      at,
    }));
    for (let first = 0; first < keys.length; first += CHUNK) {
      const part = keys.slice(first, first + CHUNK);
      await engine.commit({}, () => ({
        write: part.map((key) => ({ remove: "statistics", key })),
        reply: null,
      }));
    }
  }
}
