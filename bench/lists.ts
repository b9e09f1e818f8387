/** Pages of lists over a million runs and a million events: first ones, late ones, and of what is rare. */
import { join } from "node:path";
import { runTelling } from "./child.ts";
import { APPS, FAILED, FUNCTIONS } from "./list-shape.ts";
import type { ListOrder, Timed } from "./lists-process.ts";
import { type Durability, makePlace } from "./place.ts";
import { type Bench, quantile, type Table, type Verdict } from "./report.ts";

const RUNS = 1_000_000;
const PAGE = 50;
const TIMES = 200;
const WARM_UP = 10;
const MOST = 10_000;
const BAR_MS = 50;
const DURABILITY: Durability = "full";

export const lists: Bench = async ({ scale, say }) => {
  const place = await makePlace(2 * scale + 0.5);
  const runs = Math.round(RUNS * scale);
  try {
    const order: ListOrder = {
      file: place.file,
      durability: DURABILITY,
      runs,
      page: PAGE,
      times: TIMES,
      warmUp: WARM_UP,
      most: MOST,
    };
    const script = join(import.meta.dirname, "lists-process.ts");
    const result = await runTelling(script, [JSON.stringify(order)], join(place.dir, "lists.log"), say);
    const timed = JSON.parse(result) as Timed[];
    return {
      tables: [timesTable(timed, runs)],
      verdicts: [verdict(timed, runs)],
      notes: [
        `Pages of ${PAGE} through the store's reads, one after another, ${TIMES} of each after ${WARM_UP} that are not counted; where there is something to vary, each is another one. The file is in the page cache of the system.`,
        `${FUNCTIONS} functions of ${APPS} apps; half of all runs are of one of them, 202 of another, 1 of a third. ${FAILED} runs have failed, 1.5 % are queued. Half of all events are the server's own, 20,000 in a row each.`,
        `Page 1,000: ${(999 * PAGE).toLocaleString("en")} runs come before it. Counts end at ${MOST.toLocaleString("en")}.`,
      ],
    };
  } finally {
    place.remove();
  }
};

function timesTable(timed: readonly Timed[], runs: number): Table {
  return {
    title: `Lists over ${runs.toLocaleString("en")} runs and as many events, SQLite ${DURABILITY.toUpperCase()}, ms`,
    columns: ["list", "rows", "p50", "p95", "p99", "highest"],
    rows: timed.map(({ name, rows, ms }) => {
      const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(ms, share));
      return [name, String(rows), p50 ?? 0, p95 ?? 0, p99 ?? 0, Math.max(...ms)];
    }),
  };
}

function verdict(timed: readonly Timed[], runs: number): Verdict {
  const slowest = timed
    .map(({ name, ms }) => ({ name, p95: quantile(ms, 0.95) }))
    .reduce((a, b) => (b.p95 > a.p95 ? b : a));
  return {
    bar: `each of these over ${runs.toLocaleString("en")} runs answers in < ${BAR_MS} ms at p95`,
    measured: `${slowest.p95.toFixed(2)} ms for the slowest (${slowest.name})`,
    met: slowest.p95 < BAR_MS,
  };
}
