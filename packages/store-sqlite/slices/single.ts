/** Slices that are rows by their keys: a lease, a wake, gate cells, which events are known, an app. */
import type { GateCellRow, RunStatus } from "@stepwell/core";
import { heldBy, type Slices } from "@stepwell/store";
import { rowOf, rowsOf, type Source } from "../rows.ts";

export const singleSql = {
  // index: primary key
  lease: "select * from leases where id = ?",
  // index: primary key
  wake: "select * from wakes where id = ?",
  // index: primary key
  tick: "select * from ticks where function_id = ? and cron = ? and scheduled_at = ?",
  // index: primary key
  gate: "select * from gate_cells where key = ?",
  // index: unique (id)
  holder: "select status from runs where id = ?",
  // index: unique (id), covering
  event: "select 1 from events where id = ?",
  // index: primary key
  app: "select * from apps where id = ?",
  // index: functions_app
  functions: "select * from functions where app_id = ? order by id",
} as const;

export function seeLease(source: Source, id: Slices["lease"]["ask"]): Slices["lease"]["see"] {
  return rowOf(source, "leases", singleSql.lease, id);
}

export function seeWake(source: Source, id: Slices["wake"]["ask"]): Slices["wake"]["see"] {
  return rowOf(source, "wakes", singleSql.wake, id);
}

export function seeTick(source: Source, key: Slices["tick"]["ask"]): Slices["tick"]["see"] {
  return rowOf(source, "ticks", singleSql.tick, key.functionId, key.cron, key.scheduledAt);
}

export function seeGates(source: Source, keys: Slices["gates"]["ask"]): Slices["gates"]["see"] {
  const cells = new Map<string, GateCellRow>();
  for (const key of keys) {
    const cell = rowOf(source, "gateCells", singleSql.gate, key);
    if (cell !== null) cells.set(key, cell);
  }
  return cells;
}

export function seeHolders(source: Source, keys: Slices["holders"]["ask"]): Slices["holders"]["see"] {
  const found = new Map<string, RunStatus>();
  for (const key of keys) {
    const runId = heldBy(readGateCell(source, key));
    const row = runId === null ? null : source.db.get(singleSql.holder, runId);
    if (row !== null) found.set(key, String(row["status"]) as RunStatus);
  }
  return found;
}

export function readGateCell(source: Source, key: string): GateCellRow | null {
  return rowOf(source, "gateCells", singleSql.gate, key);
}

export function seeEvents({ db }: Source, ids: Slices["events"]["ask"]): Slices["events"]["see"] {
  return new Set(ids.filter((id) => db.get(singleSql.event, id) !== null));
}

export function seeApp(source: Source, id: Slices["app"]["ask"]): Slices["app"]["see"] {
  return {
    app: rowOf(source, "apps", singleSql.app, id),
    functions: rowsOf(source, "functions", singleSql.functions, id),
  };
}
