/**
 * What one claim looks at (hard-parts.md §1, steps 2-4), for stores that read at once. The order of the
 * looks is here, once; the statements are each store's own. Its size does not depend on how much is queued.
 */
import {
  type CellKey,
  type CellRow,
  type FunctionId,
  functionOfLane,
  idleRange,
  type LaneId,
  type LaneRow,
  type LeaseRow,
  type NudgeRow,
  type PoolId,
  type WakeId,
  type WakeRow,
} from "@stepwell/core";
import type { CutLanes, IdleLook, LaneSeen, PoolSlice, Slices } from "./port.ts";

const NUDGES = 300;
/** Cells that nudges may name in one claim: each is a look of its own. */
const NAMED_CELLS = 300;
const OPEN_LANES = 50;
const LANES_PER_CELL = 20;
const IDLE_CELLS = 100;

/** The looks that a claim takes. */
export interface PoolRows {
  /** Freed leases of the pool, by id. */
  freed(pool: PoolId): LeaseRow[];
  /** The oldest nudges of the pool. */
  nudges(pool: PoolId, limit: number): NudgeRow[];
  lane(lane: LaneId): LaneRow | null;
  /** Open lanes of the pool with the lowest heads. */
  open(pool: PoolId, limit: number): LaneRow[];
  /** Lanes blocked on the cell, by function, then the lowest heads first. */
  blockedOn(cell: CellKey, limit: number): LaneRow[];
  /** Functions that have lanes blocked on the cell. */
  functionsOn(cell: CellKey): FunctionId[];
  /** Lanes of the function blocked on the cell with the lowest heads. */
  blockedOf(cell: CellKey, functionId: FunctionId, limit: number): LaneRow[];
  cell(cell: CellKey): CellRow | null;
  /** Cells whose names lie between these two, by name. */
  cellsBetween(after: CellKey, before: CellKey, limit: number): CellRow[];
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
/** Free slots of a cell for a function, once the freed leases are collected. */
type RoomOf = (cell: CellKey, functionId: FunctionId) => number;

export function seePool(rows: PoolRows, ask: Slices["pool"]["ask"]): PoolSlice {
  const { pool, want, limits } = ask;
  const freed = rows.freed(pool);
  const allNudges = rows.nudges(pool, NUDGES + 1);
  const nudges = firstNudges(allNudges);
  const found = nudgedLanes(rows, nudges);
  const open = rows.open(pool, OPEN_LANES + 1);
  for (const row of open.slice(0, OPEN_LANES)) addRow(found, row);
  const cellOf = readOnce(rows);
  const room = roomOf(cellOf, freed, limits);
  const named = nudges.flatMap(({ lane, cells }) => (lane === null ? cells : []));
  const cut = addBlocked(rows, found, new Set([...freed.flatMap((lease) => lease.cells), ...named]), room);
  const idle = named.flatMap((look) => lookAtIdle(rows, look));
  const cells = cellsOf(cellOf, found, freed, nudges, idle);
  const lanes = [...found].map(([lane, seen]) => seeLane(rows, lane, seen, room, want));
  return {
    freed,
    nudges,
    moreNudges: allNudges.length > nudges.length,
    lanes,
    cut,
    moreOpen: open.length > OPEN_LANES,
    idle,
    cells,
  };
}

/** As many of the oldest as one claim can look at. */
function firstNudges(nudges: readonly NudgeRow[]): NudgeRow[] {
  let named = 0;
  const tooMany = nudges.findIndex(({ lane, cells }, at) => {
    if (lane === null) named += cells.length;
    return at === NUDGES || (at > 0 && named > NAMED_CELLS);
  });
  return nudges.slice(0, tooMany === -1 ? nudges.length : tooMany);
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

/**
 * Lanes blocked on a cell that got room. Where there are too many to see them all, each function's that has
 * room by its own number: those of a stricter one must not hide them. Returns whose lanes were cut off where.
 */
function addBlocked(
  rows: PoolRows,
  found: Map<LaneId, Found>,
  gotRoom: ReadonlySet<CellKey>,
  room: RoomOf,
): CutLanes[] {
  const cut: CutLanes[] = [];
  for (const cell of gotRoom) {
    const first = rows.blockedOn(cell, LANES_PER_CELL + 1);
    if (first.length <= LANES_PER_CELL) {
      for (const row of first) addRow(found, row);
      continue;
    }
    const all = rows.functionsOn(cell);
    const waiting = all.filter((functionId) => room(cell, functionId) > 0);
    const most = lanesEach(waiting.length);
    for (const functionId of waiting) {
      const lanes = all.length === 1 ? first : rows.blockedOf(cell, functionId, most + 1);
      for (const row of lanes.slice(0, most)) addRow(found, row);
      if (lanes.length > most) cut.push({ cell, functionId });
    }
  }
  return cut;
}

/** About as many lanes of several functions as of one, but a few of each. */
function lanesEach(functions: number): number {
  return Math.max(Math.ceil(LANES_PER_CELL / 4), Math.floor(LANES_PER_CELL / functions));
}

function lookAtIdle(rows: PoolRows, look: CellKey): IdleLook[] {
  const range = idleRange(look);
  if (range === null) return [];
  const cells = rows.cellsBetween(range.after, range.before, IDLE_CELLS + 1);
  return [{ look, cells: cells.slice(0, IDLE_CELLS), more: cells.length > IDLE_CELLS }];
}

type CellOf = (cell: CellKey) => CellRow | null;

function readOnce(rows: PoolRows): CellOf {
  const known = new Map<CellKey, CellRow | null>();
  return (cell) => {
    let row = known.get(cell);
    if (row === undefined) {
      row = rows.cell(cell);
      known.set(cell, row);
    }
    return row;
  };
}

function cellsOf(
  cellOf: CellOf,
  found: ReadonlyMap<LaneId, Found>,
  freed: readonly LeaseRow[],
  nudges: readonly NudgeRow[],
  idle: readonly IdleLook[],
): Map<CellKey, CellRow> {
  const names = new Set<CellKey>();
  for (const { cells } of [...freed, ...nudges, ...found.values()]) for (const cell of cells) names.add(cell);
  const cells = new Map<CellKey, CellRow>();
  for (const row of idle.flatMap((look) => look.cells)) cells.set(row.cell, row);
  for (const name of names) {
    const row = cellOf(name);
    if (row !== null) cells.set(name, row);
  }
  return cells;
}

function roomOf(cellOf: CellOf, freed: readonly LeaseRow[], limits: Slices["pool"]["ask"]["limits"]): RoomOf {
  const freedNow = new Map<CellKey, number>();
  for (const lease of freed)
    for (const cell of lease.cells) freedNow.set(cell, (freedNow.get(cell) ?? 0) + 1);
  return (cell, functionId) =>
    limits(cell, functionId) - ((cellOf(cell)?.used ?? 0) - (freedNow.get(cell) ?? 0));
}

/** One head more than there is room for: it is the lane's next head. Wakes that must go are not shown. */
function seeLane(
  rows: PoolRows,
  lane: LaneId,
  { cells, row, nudged, gone }: Found,
  room: RoomOf,
  want: number,
): LaneSeen {
  const functionId = functionOfLane(lane);
  const least = cells.reduce((min, cell) => Math.min(min, room(cell, functionId)), want);
  const limit = Math.max(1, least + 1);
  const lowest = Math.min(row?.head ?? Number.POSITIVE_INFINITY, nudged);
  const low = lowest === Number.POSITIVE_INFINITY ? Number.MIN_SAFE_INTEGER : lowest;
  const heads = rows
    .heads(lane, low, limit + gone.size)
    .filter((wake) => !gone.has(wake.id))
    .slice(0, limit);
  return { lane, cells, row, low, heads, limit };
}
