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
import { rowOf, rowsOf, type Source } from "../rows.ts";

/** Looks at so many live leases at most: who holds a cell is worth a moment, not a scan. */
const held = (node: string, most: number): string => `select * from (
  select * from leases where freed = 0 and ${node} order by node, id limit ${most}) found
  where exists (select 1 from json_each(cells) named where named.value = ?) limit ?`;

export const waitingSql: Readonly<
  Record<
    | "runWakes"
    | "lane"
    | "queuedBefore"
    | "cell"
    | "cellsFrom"
    | "gateCellsFrom"
    | "holdersOfCalls"
    | "holdersOfRuns"
    | "outcomes",
    string
  >
> = {
  // index: wakes_run
  runWakes: "select * from wakes where run_id = ? order by due_at, id",
  // index: primary key
  lane: "select * from lanes where lane = ?",
  // index: wakes_lane, no further than asked for
  queuedBefore: `select count(*) as count from (
    select 1 from wakes where lane = ? and (score, id) < (?, ?) limit ?)`,
  // index: primary key
  cell: "select * from cells where cell = ?",
  // index: primary key
  cellsFrom: "select * from cells where cell >= ? and cell < ? order by cell limit ?",
  // index: primary key
  gateCellsFrom: "select * from gate_cells where key >= ? and key < ? order by key limit ?",
  // index: leases_node: calls in flight
  holdersOfCalls: held("node > ''", 2000),
  // index: leases_node: runs that hold a slot of their own
  holdersOfRuns: held("node = ''", 5000),
  // index: primary key (event_id, function_id)
  outcomes: "select * from outcomes where event_id = ? order by function_id",
};

export function readRunWakes(source: Source, id: RunId): WakeRow[] {
  return rowsOf(source, "wakes", waitingSql.runWakes, id);
}

export function readLanes(source: Source, ids: readonly LaneId[]): LaneRow[] {
  return ids.flatMap((id) => rowOf(source, "lanes", waitingSql.lane, id) ?? []);
}

export function countQueuedBefore(
  { db }: Source,
  { id, lane, score }: Pick<WakeRow, "id" | "lane" | "score">,
  most: number,
): number {
  return Number(db.get(waitingSql.queuedBefore, lane, score, id, most)?.["count"] ?? 0);
}

export function readCells(source: Source, keys: readonly CellKey[]): CellRow[] {
  return keys.flatMap((key) => rowOf(source, "cells", waitingSql.cell, key) ?? []);
}

/** Comes after all that begins with the same. */
const LAST = "\u{10FFFF}";

export function readCellsFrom(source: Source, prefix: string, limit: number): CellRow[] {
  return rowsOf(source, "cells", waitingSql.cellsFrom, prefix, prefix + LAST, limit);
}

export function readGateCellsFrom(source: Source, prefix: string, limit: number): GateCellRow[] {
  return rowsOf(source, "gateCells", waitingSql.gateCellsFrom, prefix, prefix + LAST, limit);
}

export function readHolders(source: Source, cell: CellKey, ofRuns: boolean, limit: number): LeaseRow[] {
  const sql = ofRuns ? waitingSql.holdersOfRuns : waitingSql.holdersOfCalls;
  return rowsOf(source, "leases", sql, cell, limit);
}

export function readOutcomes(source: Source, id: EventId): OutcomeRow[] {
  return rowsOf(source, "outcomes", waitingSql.outcomes, id);
}
