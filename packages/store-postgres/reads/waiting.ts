/** What says why a run waits: its wakes, their lanes and cells, who holds these; and what gates made of an event. */
import type {
  CellKey,
  CellRow,
  EventId,
  GateCellRow,
  LaneId,
  LaneRow,
  LeaseRow,
  OutcomeRow,
  RunId,
  WakeRow,
} from "@stepwell/core";
import { rowsOf, type Source, selectList } from "../rows.ts";

/** Looks at so many live leases at most: who holds a cell is worth a moment, not a scan. */
const held = (node: string, most: number): string => `select ${selectList("leases")} from (
  select * from {leases} where not freed and ${node} order by node, id limit ${most}) live
  where cells::jsonb ? $1 limit $2`;

export const waitingSql: Readonly<
  Record<
    | "runWakes"
    | "lanes"
    | "queuedBefore"
    | "cells"
    | "cellsFrom"
    | "gateCellsFrom"
    | "holdersOfCalls"
    | "holdersOfRuns"
    | "outcomes",
    string
  >
> = {
  // index: wakes_run; sorted below, or the planner might walk another index for its order
  runWakes: `select ${selectList("wakes")} from {wakes} where run_id = $1`,
  // index: primary key
  lanes: `select ${selectList("lanes")} from {lanes} where lane = any($1::text[])`,
  // index: wakes_lane, no further than asked for
  queuedBefore: `select count(*) as count from (
    select 1 from {wakes} where lane = $1 and (score, id) < ($2, $3) limit $4) found`,
  // index: primary key
  cells: `select ${selectList("cells")} from {cells} where cell = any($1::text[])`,
  // index: primary key
  cellsFrom: `select ${selectList("cells")} from {cells} where cell >= $1 and cell < $2 order by cell limit $3`,
  // index: primary key
  gateCellsFrom: `select ${selectList("gateCells")} from {gate_cells}
    where key >= $1 and key < $2 order by key limit $3`,
  // index: leases_node: calls in flight
  holdersOfCalls: held("node > ''", 2000),
  // index: leases_node: runs that hold a slot of their own
  holdersOfRuns: held("node = ''", 5000),
  // index: primary key (event_id, function_id)
  outcomes: `select ${selectList("outcomes")} from {outcomes} where event_id = $1`,
};

export async function readRunWakes(source: Source, id: RunId): Promise<WakeRow[]> {
  const rows = await rowsOf(source, "wakes", waitingSql.runWakes, id);
  return rows.sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1));
}

export function readLanes(source: Source, ids: readonly LaneId[]): Promise<LaneRow[]> {
  return rowsOf(source, "lanes", waitingSql.lanes, [...ids]);
}

export async function countQueuedBefore(
  { link }: Source,
  { id, lane, score }: Pick<WakeRow, "id" | "lane" | "score">,
  most: number,
): Promise<number> {
  const [row] = await link.query(waitingSql.queuedBefore, lane, score, id, most);
  return Number(row?.["count"] ?? 0);
}

export function readCells(source: Source, keys: readonly CellKey[]): Promise<CellRow[]> {
  return rowsOf(source, "cells", waitingSql.cells, [...keys]);
}

/** Comes after all that begins with the same. */
const LAST = "\u{10FFFF}";

export function readCellsFrom(source: Source, prefix: string, limit: number): Promise<CellRow[]> {
  return rowsOf(source, "cells", waitingSql.cellsFrom, prefix, prefix + LAST, limit);
}

export function readGateCellsFrom(source: Source, prefix: string, limit: number): Promise<GateCellRow[]> {
  return rowsOf(source, "gateCells", waitingSql.gateCellsFrom, prefix, prefix + LAST, limit);
}

export function readHolders(
  source: Source,
  cell: CellKey,
  ofRuns: boolean,
  limit: number,
): Promise<LeaseRow[]> {
  const sql = ofRuns ? waitingSql.holdersOfRuns : waitingSql.holdersOfCalls;
  return rowsOf(source, "leases", sql, cell, limit);
}

export async function readOutcomes(source: Source, id: EventId): Promise<OutcomeRow[]> {
  const rows = await rowsOf(source, "outcomes", waitingSql.outcomes, id);
  return rows.sort((a, b) => (a.functionId < b.functionId ? -1 : 1));
}
