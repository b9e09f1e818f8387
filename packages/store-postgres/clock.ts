/**
 * The database's clock and what the store keeps of time (ADR 0006). The only place that reads that clock.
 */
import type { DurationMs, Instant } from "@stepwell/core";
import type { StoreClock } from "@stepwell/store";
import type { Link } from "./driver.ts";

const sql = {
  time: "select (extract(epoch from clock_timestamp()) * 1000)::float8 as time",
  kept: "select (select max(floor) from {floors}) as floor, (select moved from {store} where id = 1) as moved",
  move: "update {store} set moved = greatest(moved, $1) where id = 1",
} as const;

const SAMPLES = 5;

/** One look at the database's clock, between two looks at our own (whole milliseconds, cut off). */
export interface Sample {
  before: Instant;
  theirs: number;
  after: Instant;
}

/**
 * Best of five round trips. Zero, as long as every one of them allows for it: a difference smaller than
 * what can be measured is none, and the clock of a server on the same machine is the same clock.
 * @returns milliseconds to add to this machine's clock
 */
export function offsetOf(samples: readonly Sample[]): DurationMs {
  const least = Math.max(...samples.map(({ theirs, after }) => theirs - (after + 1)));
  const most = Math.min(...samples.map(({ theirs, before }) => theirs - before));
  if (least <= 0 && most >= 0) return 0;
  const best = samples.reduce((a, b) => (b.after - b.before < a.after - a.before ? b : a));
  return Math.round(best.theirs - (best.before + best.after + 1) / 2);
}

export async function readClock(link: Link): Promise<StoreClock> {
  const samples: Sample[] = [];
  for (let count = 0; count < SAMPLES; count += 1) {
    const before = Date.now();
    const [row] = await link.query(sql.time);
    samples.push({ before, theirs: Number(row?.["time"]), after: Date.now() });
  }
  const [kept] = await link.query(sql.kept);
  return {
    offsetMs: offsetOf(samples),
    floor: Number(kept?.["floor"] ?? 0),
    movedMs: Number(kept?.["moved"] ?? 0),
  };
}

export async function moveClock(link: Link, movedMs: DurationMs): Promise<void> {
  await link.query(sql.move, movedMs);
}
