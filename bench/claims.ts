/** Claims with a thousand and with a million calls queued behind two limits: what one costs, and who gets its turn. */
import { join } from "node:path";
import { runTelling } from "./child.ts";
import type { Claims, Column, Order } from "./claim-order.ts";
import { makePlace, type Place } from "./place.ts";
import { type Bench, quantile, type Report, shown, type Table, type Verdict } from "./report.ts";

const MILLION = 1_000_000;
const KEYS = 10_000;
const CLAIMS = 500;
const RELEASES = 300;
/** hard-parts.md §1: a claim may cost so many times what it costs with 1,000 queued. */
const BAR = 2;
/** hard-parts.md §2, one process on SQLite; over two nodes on PostgreSQL it is 8. */
const RELEASE_BAR_MS = 2;

export const claims: Bench = async ({ scale, postgresUri, say }) => {
  const place = await makePlace(2 * scale + 0.5);
  try {
    const columns = columnsOf(Math.ceil(MILLION * scale));
    const order: Order = { dir: place.dir, postgresUri, columns, claims: CLAIMS, releases: RELEASES };
    return reportOf(columns, await measured(place, order, say), postgresUri !== null);
  } finally {
    place.remove();
  }
};

function columnsOf(many: number): Column[] {
  const queue = { queued: many, keys: Math.min(KEYS, many), front: 0, strict: 0 };
  const text = many.toLocaleString("en");
  return [
    { ...queue, name: "1,000", queued: Math.min(1000, many), keys: Math.min(1000, many) },
    { ...queue, name: text },
    { ...queue, name: `${text}, 90 % one key in front`, front: 0.9 },
    { ...queue, name: `${text}, half a stricter function's, in front`, strict: 0.5 },
  ];
}

/** Runs it in a process of its own. */
async function measured(place: Place, order: Order, say: (text: string) => void): Promise<Claims[]> {
  const script = join(import.meta.dirname, "claims-process.ts");
  return JSON.parse(
    await runTelling(script, [JSON.stringify(order)], join(place.dir, "claims.log"), say),
  ) as Claims[];
}

function reportOf(columns: readonly Column[], results: readonly Claims[], onPostgres: boolean): Report {
  const where = onPostgres ? "PostgreSQL" : "SQLite FULL";
  const small = results[0];
  if (small === undefined) throw new Error("nothing was measured");
  const ratio = (of: Claims): number => quantile(of.tookMs, 0.5) / quantile(small.tookMs, 0.5);
  const rows = results.map((of, at): Table["rows"][number] => [
    columns[at]?.name ?? "",
    columns[at]?.keys.toLocaleString("en") ?? "",
    quantile(of.tookMs, 0.5),
    quantile(of.tookMs, 0.99),
    ratio(of),
    quantile(of.cpuMs, 0.5),
    of.granted.reduce((sum, one) => sum + one, 0) / of.granted.length,
    of.allServedAfter?.toLocaleString("en") ?? `not after ${of.turns}`,
  ]);
  const freed = results.flatMap(({ released }, at) => {
    if (released === null) return [];
    const { leasedMs, calledMs } = released;
    const part = (ms: readonly number[]): number[] => [quantile(ms, 0.5), quantile(ms, 0.99)];
    return [[columns[at]?.name ?? "", leasedMs.length, ...part(leasedMs), ...part(calledMs)]];
  });
  return {
    tables: [
      {
        title: `A claim of 50, ${where}: \`limit 2 per key\` and a counter that four functions share`,
        columns: [
          "queued",
          "keys",
          "p50 ms",
          "p99 ms",
          "to the first",
          "CPU p50 ms",
          "granted by one",
          "all keys served after, turns",
        ],
        rows,
      },
      {
        title: "A freed slot, through the engine's pump, those queued beside it in the same pool",
        columns: [
          "queued",
          "times",
          "freed → leased p50 ms",
          "p99 ms",
          "answered → next call p50 ms",
          "p99 ms",
        ],
        rows: freed,
      },
    ],
    verdicts: verdictsOf(columns, results, ratio, onPostgres),
    notes: notesOf(results),
  };
}

function verdictsOf(
  columns: readonly Column[],
  results: readonly Claims[],
  ratio: (of: Claims) => number,
  onPostgres: boolean,
): Verdict[] {
  const flat = results.slice(1).map((of, at): Verdict => {
    const times = ratio(of);
    return {
      bar: `a claim with ${columns[at + 1]?.name} queued costs at most ${BAR} times that with ${columns[0]?.name} (p50, hard-parts.md §1)`,
      measured: `${shown(times)} times`,
      met: times <= BAR,
    };
  });
  const starved = results.filter((of) => of.allServedAfter === null || of.outOfOrder > 0).length;
  const fair: Verdict = {
    bar: "every key has its turn, and each key's calls go in their order",
    measured: `${starved} of ${results.length} columns with a key that had not`,
    met: starved === 0,
  };
  const leasedMs = quantile(
    results.flatMap(({ released }) => released?.leasedMs ?? []),
    0.5,
  );
  const freed: Verdict = {
    bar: `freed → leased p50 ≤ ${RELEASE_BAR_MS} ms in one process (hard-parts.md §2)`,
    measured: `${shown(leasedMs)} ms`,
    met: leasedMs <= RELEASE_BAR_MS,
  };
  return [...flat, fair, ...(onPostgres ? [] : [freed])];
}

function notesOf(results: readonly Claims[]): string[] {
  const seconds = results.reduce((sum, { seedSeconds }) => sum + seedSeconds, 0);
  return [
    "A claim: from the question to the durable commit, fsync included. The columns take turns: in each, claims that ask for 50 until 50 are granted (rarely more than one), then as many calls come in as went, and those of four turns ago end. The first 20 turns are left out. With 50 a turn, 10,000 keys cannot all be served in fewer than 200.",
    "Calls in flight fill the shared counter after each claim, so all that is not granted is blocked on it or on its own key: the hard case, not the usual one.",
    "The stricter function has 10 on the counter that the others fill up to 250 by their own number: it waits, and its lanes are in front of all others' (semantics §6.2). Its keys are not among those that must be served.",
    `The queue went in through the store's own commits (${shown(seconds)} s for all columns). Only what a claim reads is there: wakes, lanes, cells, leases, nudges; the rows of runs and events are not.`,
    "A freed slot: runs of a fifth function behind `limit 2 per key` and the same counter, the four others paused with all their calls queued. Freed → leased is from the durable end of one call to the durable lease of the key's next run; answered → next call includes storing the answer and reading the next run. No timer or poll is in it.",
  ];
}
