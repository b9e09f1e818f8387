/** Slices that are rows by their keys: leases, wakes, ticks, gate cells, which events are known, apps. */
import type { GateCellRow, Key, RunStatus } from "@stepwell/core";
import { heldBy, type Slices } from "@stepwell/store";
import { rowsOf, type Source, selectList } from "../rows.ts";

export const singleSql: Readonly<
  Record<"lease" | "wake" | "tick" | "gates" | "holders" | "events" | "app" | "functions", string>
> = {
  // index: primary key
  lease: `select ${selectList("leases")} from {leases} where id = any($1::text[])`,
  // index: primary key
  wake: `select ${selectList("wakes")} from {wakes} where id = any($1::text[])`,
  // index: primary key; the limit keeps the planner from turning the join around
  tick: `select t.* from unnest($1::text[], $2::text[], $3::bigint[]) wanted (function_id, cron, scheduled_at)
    cross join lateral (select ${selectList("ticks")} from {ticks} ticks
      where ticks.function_id = wanted.function_id and ticks.cron = wanted.cron
        and ticks.scheduled_at = wanted.scheduled_at limit 1) t`,
  // index: primary key
  gates: `select ${selectList("gateCells")} from {gate_cells} where key = any($1::text[])`,
  // index: primary key
  holders: "select id, status from {runs} where id = any($1::text[])",
  // index: primary key
  events: "select id from {events} where id = any($1::text[])",
  // index: primary key
  app: `select ${selectList("apps")} from {apps} where id = any($1::text[])`,
  // index: functions_app; sorted here, or the planner might walk the primary key for its order
  functions: `select ${selectList("functions")} from {functions} where app_id = any($1::text[])`,
};

const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** Rows by id, in the order of the asks; null for those that are not there. */
async function byId<Row extends { id: string }>(
  asks: readonly string[],
  read: (ids: string[]) => Promise<Row[]>,
): Promise<(Row | null)[]> {
  const found = new Map((await read(unique(asks))).map((row) => [row.id, row]));
  return asks.map((id) => found.get(id) ?? null);
}

export function seeLeases(
  source: Source,
  asks: readonly Slices["lease"]["ask"][],
): Promise<Slices["lease"]["see"][]> {
  return byId(asks, (ids) => rowsOf(source, "leases", singleSql.lease, ids));
}

export function seeWakes(
  source: Source,
  asks: readonly Slices["wake"]["ask"][],
): Promise<Slices["wake"]["see"][]> {
  return byId(asks, (ids) => rowsOf(source, "wakes", singleSql.wake, ids));
}

export async function seeTicks(
  source: Source,
  asks: readonly Slices["tick"]["ask"][],
): Promise<Slices["tick"]["see"][]> {
  const rows = await rowsOf(
    source,
    "ticks",
    singleSql.tick,
    asks.map(({ functionId }) => functionId),
    asks.map(({ cron }) => cron),
    asks.map(({ scheduledAt }) => scheduledAt),
  );
  const name = ({ functionId, cron, scheduledAt }: Key<"ticks">): string =>
    JSON.stringify([functionId, cron, scheduledAt]);
  const found = new Map(rows.map((row) => [name(row), row]));
  return asks.map((ask) => found.get(name(ask)) ?? null);
}

export async function seeGates(
  source: Source,
  asks: readonly Slices["gates"]["ask"][],
): Promise<Slices["gates"]["see"][]> {
  const rows = await rowsOf(source, "gateCells", singleSql.gates, unique(asks.flat()));
  const found = new Map(rows.map((row) => [row.key, row]));
  return asks.map((keys) => {
    const cells = new Map<string, GateCellRow>();
    for (const key of keys) {
      const cell = found.get(key);
      if (cell !== undefined) cells.set(key, cell);
    }
    return cells;
  });
}

/** Two looks: who holds a cell, then what became of that run. Both under the cell's lock. */
export async function seeHolders(
  source: Source,
  asks: readonly Slices["holders"]["ask"][],
): Promise<Slices["holders"]["see"][]> {
  const keys = unique(asks.flat());
  const cells = keys.length === 0 ? [] : await rowsOf(source, "gateCells", singleSql.gates, keys);
  const holderOf = new Map(cells.map((cell) => [cell.key, heldBy(cell)]));
  const runIds = unique([...holderOf.values()].filter((id) => id !== null));
  const rows = runIds.length === 0 ? [] : await source.link.query(singleSql.holders, runIds);
  const statusOf = new Map(rows.map((row) => [String(row["id"]), String(row["status"]) as RunStatus]));
  return asks.map((asked) => {
    const found = new Map<string, RunStatus>();
    for (const key of asked) {
      const status = statusOf.get(holderOf.get(key) ?? "");
      if (status !== undefined) found.set(key, status);
    }
    return found;
  });
}

export async function readGateCell(source: Source, key: string): Promise<GateCellRow | null> {
  return (await rowsOf(source, "gateCells", singleSql.gates, [key]))[0] ?? null;
}

export async function seeEvents(
  { link }: Source,
  asks: readonly Slices["events"]["ask"][],
): Promise<Slices["events"]["see"][]> {
  const rows = await link.query(singleSql.events, unique(asks.flat()));
  const found = new Set(rows.map((row) => String(row["id"])));
  return asks.map((ids) => new Set(ids.filter((id) => found.has(id))));
}

export async function seeApps(
  source: Source,
  asks: readonly Slices["app"]["ask"][],
): Promise<Slices["app"]["see"][]> {
  const [apps, functions] = await Promise.all([
    byId(asks, (ids) => rowsOf(source, "apps", singleSql.app, ids)),
    rowsOf(source, "functions", singleSql.functions, unique(asks)),
  ]);
  return asks.map((id, index) => ({
    app: apps[index] ?? null,
    functions: functions.filter((row) => row.appId === id).sort((a, b) => (a.id < b.id ? -1 : 1)),
  }));
}
