/**
 * What one claim looks at (hard-parts.md §1, steps 2-4), for stores that read at once. The order of the
 * looks is here, once; the statements are each store's own. Its size does not depend on how much is queued.
 */
import type {
  CellKey,
  CellRow,
  LaneId,
  LaneRow,
  LeaseRow,
  NudgeRow,
  PoolId,
  WakeId,
  WakeRow,
} from "@stepwell/core";
import type { LaneSeen, PoolSlice, Slices } from "./port.ts";

const NUDGES = 300;
const OPEN_LANES = 50;
const LANES_PER_CELL = 20;

/** The looks that a claim takes. */
export interface PoolRows {
  /** Freed leases of the pool, by id. */
  freed(pool: PoolId): LeaseRow[];
  /** The oldest nudges of the pool. */
  nudges(pool: PoolId, limit: number): NudgeRow[];
  lane(lane: LaneId): LaneRow | null;
  /** Open lanes of the pool with the lowest heads. */
  open(pool: PoolId, limit: number): LaneRow[];
  /** Lanes blocked on the cell with the lowest heads. */
  blockedOn(cell: CellKey, limit: number): LaneRow[];
  cell(cell: CellKey): CellRow | null;
  /** Queued wakes of the lane from `low` on, by score and id. */
  heads(lane: LaneId, low: number, limit: number): WakeRow[];
}

interface Found {
  cells: CellKey[];
  row: LaneRow | null;
  /** The lowest score that a nudge names. */
  nudged: number;
  gone: Set<WakeId>;
}

export function seePool(rows: PoolRows, ask: Slices["pool"]["ask"]): PoolSlice {
  const { pool, want, limits } = ask;
  const freed = rows.freed(pool);
  const allNudges = rows.nudges(pool, NUDGES + 1);
  const nudges = allNudges.slice(0, NUDGES);
  const found = nudgedLanes(rows, nudges);
  const open = rows.open(pool, OPEN_LANES + 1);
  for (const row of open.slice(0, OPEN_LANES)) addRow(found, row);
  const cutCells = addBlocked(rows, found, freed, nudges);
  const cells = cellsOf(rows, found, freed, nudges);
  const room = roomOf(cells, freed, limits);
  const lanes = [...found].map(([lane, seen]) => seeLane(rows, lane, seen, room, want));
  return {
    freed,
    nudges,
    moreNudges: allNudges.length > NUDGES,
    lanes,
    cutCells,
    moreOpen: open.length > OPEN_LANES,
    cells,
  };
}

function nudgedLanes(rows: PoolRows, nudges: readonly NudgeRow[]): Map<LaneId, Found> {
  const found = new Map<LaneId, Found>();
  for (const nudge of nudges) {
    if (nudge.lane === null) continue;
    let seen = found.get(nudge.lane);
    if (seen === undefined) {
      const row = rows.lane(nudge.lane);
      seen = { cells: row?.cells ?? nudge.cells, row, nudged: Number.POSITIVE_INFINITY, gone: new Set() };
      found.set(nudge.lane, seen);
    }
    if (nudge.score !== null) seen.nudged = Math.min(seen.nudged, nudge.score);
    if (nudge.gone !== null) seen.gone.add(nudge.gone);
  }
  return found;
}

function addRow(found: Map<LaneId, Found>, row: LaneRow): void {
  if (!found.has(row.lane))
    found.set(row.lane, { cells: row.cells, row, nudged: Number.POSITIVE_INFINITY, gone: new Set() });
}

/** Lanes blocked on a cell that got room. Returns the cells that have more of them than were added. */
function addBlocked(
  rows: PoolRows,
  found: Map<LaneId, Found>,
  freed: readonly LeaseRow[],
  nudges: readonly NudgeRow[],
): CellKey[] {
  const gotRoom = new Set(freed.flatMap((lease) => lease.cells));
  for (const nudge of nudges) if (nudge.lane === null) for (const cell of nudge.cells) gotRoom.add(cell);
  const cut: CellKey[] = [];
  for (const cell of gotRoom) {
    const blocked = rows.blockedOn(cell, LANES_PER_CELL + 1);
    for (const row of blocked.slice(0, LANES_PER_CELL)) addRow(found, row);
    if (blocked.length > LANES_PER_CELL) cut.push(cell);
  }
  return cut;
}

function cellsOf(
  rows: PoolRows,
  found: ReadonlyMap<LaneId, Found>,
  freed: readonly LeaseRow[],
  nudges: readonly NudgeRow[],
): Map<CellKey, CellRow> {
  const names = new Set<CellKey>();
  for (const { cells } of [...freed, ...nudges, ...found.values()]) for (const cell of cells) names.add(cell);
  const cells = new Map<CellKey, CellRow>();
  for (const name of names) {
    const row = rows.cell(name);
    if (row !== null) cells.set(name, row);
  }
  return cells;
}

/** Free slots of a cell once the freed leases are collected. */
function roomOf(
  cells: ReadonlyMap<CellKey, CellRow>,
  freed: readonly LeaseRow[],
  limits: (cell: CellKey) => number,
): (cell: CellKey) => number {
  const freedNow = new Map<CellKey, number>();
  for (const lease of freed)
    for (const cell of lease.cells) freedNow.set(cell, (freedNow.get(cell) ?? 0) + 1);
  return (cell) => limits(cell) - ((cells.get(cell)?.used ?? 0) - (freedNow.get(cell) ?? 0));
}

/** One head more than there is room for: it is the lane's next head. Wakes that must go are not shown. */
function seeLane(
  rows: PoolRows,
  lane: LaneId,
  { cells, row, nudged, gone }: Found,
  room: (cell: CellKey) => number,
  want: number,
): LaneSeen {
  const least = cells.reduce((min, cell) => Math.min(min, room(cell)), want);
  const limit = Math.max(1, least + 1);
  const lowest = Math.min(row?.head ?? Number.POSITIVE_INFINITY, nudged);
  const low = lowest === Number.POSITIVE_INFINITY ? Number.MIN_SAFE_INTEGER : lowest;
  const heads = rows
    .heads(lane, low, limit + gone.size)
    .filter((wake) => !gone.has(wake.id))
    .slice(0, limit);
  return { lane, cells, row, low, heads, limit };
}
