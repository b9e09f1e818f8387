/** What the two large benches order from seed-process.ts, and how. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { runScript, until } from "./child.ts";
import { type EventKind, eventOf } from "./events.ts";
import { post } from "./http.ts";
import type { Place } from "./place.ts";

export interface Seeding {
  file: string;
  /** Runs of the events `from` … `from + count - 1` of each kind. */
  parts: { kind: EventKind; from: number; count: number }[];
  /** When sleeps end: from `at` on, spread; whole seconds, as the engine rounds them up (semantics §7.2). */
  until: { at: number; spreadMs: number };
}
export interface Seeded {
  runs: number;
  rows: number;
  seconds: number;
}

/** Tables that hold something for a run that waits; the rest is empty or does not grow with the runs. */
const tables = [
  "events",
  "payloads",
  "gate_cells",
  "runs",
  "run_states",
  "history",
  "wakes",
  "waits",
] as const;

/** Lets the engine make two runs of each kind and waits until nothing of them is under way. */
export async function makeTemplates(
  place: Place,
  kinds: readonly EventKind[],
  sleepUntil: number,
): Promise<void> {
  const events = kinds.flatMap((kind) => [
    eventOf(kind, -1, sleepUntil),
    eventOf(kind, -20, sleepUntil + 1000),
  ]);
  await post(place.eventUrl, events);
  const db = new DatabaseSync(place.file, { readOnly: true });
  const count = (sql: string): number => Number(db.prepare(sql).get()?.["n"]);
  const waiting = "select count(*) as n from history where kind in ('step.sleeping', 'step.waiting')";
  const underWay = "select count(*) as n from leases where freed = 0";
  await until("the first runs wait", 30_000, () => count(waiting) === events.length && count(underWay) === 0);
  db.close();
}

/** Seeds, and counts before and after whether each run has as many rows as one of the engine's own. */
export async function seedAndCount(place: Place, seeding: Omit<Seeding, "file">): Promise<Seeded> {
  const before = countRows(place.file);
  const runs = seeding.parts.reduce((sum, { count }) => sum + count, 0);
  const seeded = await seed(place, seeding);
  checkGrowth(place, before, runs);
  return seeded;
}

export async function seed(place: Place, seeding: Omit<Seeding, "file">): Promise<Seeded> {
  const script = join(import.meta.dirname, "seed-process.ts");
  const order = JSON.stringify({ ...seeding, file: place.file } satisfies Seeding);
  const text = await runScript(script, [order], join(place.dir, `seed-${Date.now()}.log`));
  return JSON.parse(text) as Seeded;
}

/** As many rows of each table for a seeded run as the engine left for one of its own. */
function checkGrowth(place: Place, before: Record<string, number>, runs: number): void {
  const after = countRows(place.file);
  for (const table of tables) {
    // Cron wakes belong to no run.
    const each = Math.round(((before[table] ?? 0) / (before["runs"] ?? 1)) * 1000) / 1000;
    const grown = ((after[table] ?? 0) - (before[table] ?? 0)) / runs;
    if (Math.abs(each - grown) > 0.001)
      throw new Error(`${table}: the engine leaves ${each} rows for a run, the seeding ${grown}`);
  }
}

function countRows(file: string): Record<string, number> {
  const db = new DatabaseSync(file, { readOnly: true });
  const own: Partial<Record<(typeof tables)[number], string>> = { wakes: "where run_id is not null" };
  const counts = tables.map((table) => {
    const row = db.prepare(`select count(*) as n from ${table} ${own[table] ?? ""}`).get();
    return [table, Number(row?.["n"])] as const;
  });
  db.close();
  return Object.fromEntries(counts);
}
