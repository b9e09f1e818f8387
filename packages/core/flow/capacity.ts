/**
 * Wake → call: one claim over one pool (hard-parts.md §1). It collects freed leases, reads the
 * nudges, merges the lanes by their heads and grants what has room in all its cells.
 * Keeps I1 (a lane blocked on a cell with room is looked at again), I2 (a lane's head is never too
 * high) and I3 (`used` equals the leases that name the cell).
 */
import type { CellKey, FunctionId, LaneId, NodeId, PoolId } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Moment } from "../model/moment.ts";
import type { CellRow, LaneRow, LeaseRow, NudgeRow, WakeRow } from "../model/queue.ts";
import type { Change } from "../model/tables.ts";
import { runLeaseId } from "../run/record.ts";
import { createRoom, type Room } from "./capacity-room.ts";
import { isRunCell } from "./gates/concurrency.ts";
import type { Pace } from "./gates/gcra.ts";
import { functionOfLane } from "./gates/pause.ts";
import { isThrottle } from "./gates/throttle.ts";
import { type IdleView, isPast, keepLooking } from "./idle-cells.ts";

/** A lane as a claim sees it; the store's `LaneSeen` has this shape. */
export interface LaneView {
  lane: LaneId;
  cells: CellKey[];
  row: LaneRow | null;
  low: number;
  heads: readonly WakeRow[];
  limit: number;
}
/** A pool as a claim sees it; the store's `PoolSlice` has this shape. */
export interface PoolView {
  freed: readonly LeaseRow[];
  nudges: readonly NudgeRow[];
  moreNudges: boolean;
  lanes: readonly LaneView[];
  /** Of these functions more lanes are blocked on these cells than were shown. */
  cut: readonly { cell: CellKey; functionId: FunctionId }[];
  idle: readonly IdleView[];
  moreOpen: boolean;
  cells: ReadonlyMap<CellKey, CellRow>;
}
export interface Claim {
  write: Change[];
  leases: LeaseRow[];
  /** There is more to look at in this pool now. */
  again: boolean;
}

/** The node of a lease that belongs to a run: it is never lost with a process. */
export const NO_NODE: NodeId = "";

interface Cursor {
  view: LaneView;
  at: number;
}

/** The latest configuration, as far as a claim needs it. */
export interface Limits {
  /** The limit of a cell for a function; Infinity: it has none any more. */
  of(cell: CellKey, functionId: FunctionId): number;
  /** The pace of a throttled cell; null: it is throttled no more. */
  pace(cell: CellKey): Pace | null;
  isPaused(functionId: FunctionId): boolean;
}

/**
 * @param want calls this node can make now
 * @param node who will hold the leases
 */
export function claim(
  pool: PoolId,
  seen: PoolView,
  want: number,
  limits: Limits,
  node: NodeId,
  moment: Moment,
): Claim {
  const write: Change[] = [];
  const room = createRoom(collect(seen, write), seen, limits, moment);
  const leases: LeaseRow[] = [];
  const blocked = new Map<LaneId, CellKey>();
  const queue = seen.lanes.map((view) => ({ view, at: 0 })).filter((c) => c.view.heads.length > 0);
  const cursors = [...queue];
  sortByHead(queue);
  while (queue.length > 0 && leases.length < want) {
    const cursor = queue[0] as Cursor;
    const full = room.fullCell(cursor.view);
    if (full !== null) {
      blocked.set(cursor.view.lane, full);
      queue.shift();
      continue;
    }
    const wake = cursor.view.heads[cursor.at] as WakeRow;
    leases.push(grant(pool, cursor.view, wake, room, node, moment, write));
    cursor.at += 1;
    queue.shift();
    if (cursor.at < cursor.view.heads.length) insertByHead(queue, cursor);
  }
  let again = writeLanes(pool, seen.lanes, cursors, blocked, room, write);
  writeCells(seen, room, moment, write);
  for (const cell of new Set(blocked.values())) write.push(...room.wakeFor(pool, cell));
  again = passBaton(pool, seen, room, write) || again;
  const idle = keepLooking(pool, seen.idle, room, moment);
  write.push(...idle.write);
  again ||= idle.again;
  // Open lanes that were not shown may have room, also when all that were shown are full.
  again ||= seen.moreNudges || seen.moreOpen || queue.length > 0;
  return { write, leases, again };
}

/** One call: the wake goes, a lease takes the slots of calls, and a run's first call those of its run. */
function grant(
  pool: PoolId,
  view: LaneView,
  wake: WakeRow,
  room: Room,
  node: NodeId,
  moment: Moment,
  write: Change[],
): LeaseRow {
  if (wake.job.kind !== "call" || wake.runId === null)
    throw new Error(`wake ${wake.id} in lane ${wake.lane} is no call`);
  room.take(view.cells);
  write.push({ remove: "wakes", key: { id: wake.id } });
  const lease: LeaseRow = {
    id: moment.id(),
    pool,
    runId: wake.runId,
    lane: view.lane,
    score: wake.score,
    cells: view.cells.filter((cell) => !isThrottle(cell) && !isRunCell(cell)),
    node,
    freed: false,
    call: wake.job.call,
    at: moment.now,
  };
  write.push({ insert: "leases", row: lease });
  const runCells = view.cells.filter(isRunCell);
  if (runCells.length > 0)
    write.push({
      insert: "leases",
      row: { ...lease, id: runLeaseId(wake.runId), cells: runCells, node: NO_NODE },
    });
  return lease;
}

/** Takes in what others left for the pool: freed leases give their cells back, nudges are read and gone. */
function collect(seen: PoolView, write: Change[]): Map<CellKey, number> {
  const used = new Map<CellKey, number>();
  for (const [cell, row] of seen.cells) used.set(cell, row.used);
  for (const lease of seen.freed) {
    for (const cell of lease.cells) used.set(cell, (used.get(cell) ?? 0) - 1);
    write.push({ remove: "leases", key: { id: lease.id } });
  }
  for (const nudge of seen.nudges) {
    write.push({ remove: "nudges", key: { id: nudge.id } });
    if (nudge.gone !== null) write.push({ remove: "wakes", key: { id: nudge.gone } });
  }
  return used;
}

/** A lane that was seen gets its exact head and its block; an empty one goes. Returns whether one must be looked at again. */
function writeLanes(
  pool: PoolId,
  lanes: readonly LaneView[],
  cursors: readonly Cursor[],
  blocked: ReadonlyMap<LaneId, CellKey>,
  room: Room,
  write: Change[],
): boolean {
  const taken = new Map(cursors.map((cursor) => [cursor.view.lane, cursor.at]));
  let again = false;
  for (const view of lanes) {
    const at = taken.get(view.lane) ?? 0;
    const next = view.heads[at];
    const cut = view.heads.length >= view.limit;
    if (next === undefined && !cut) {
      if (view.row !== null) write.push({ remove: "lanes", key: { lane: view.lane } });
      continue;
    }
    // All that was fetched is granted and more may follow: the last one seen is a safe floor.
    const head = next?.score ?? view.heads[at - 1]?.score ?? view.low;
    const full = blocked.get(view.lane) ?? (next === undefined ? room.fullCell(view) : null);
    if (next === undefined && full === null) again = true;
    // Only seen to be full now: whoever frees a throttled cell must be set as well.
    if (full !== null && !blocked.has(view.lane)) write.push(...room.wakeFor(pool, full));
    const { lane, cells } = view;
    const row: LaneRow = { lane, pool, functionId: functionOfLane(lane), cells, head, blocked: full };
    if (!isSame(view.row, row)) write.push({ put: "lanes", row });
  }
  return again;
}

function isSame(stored: LaneRow | null, { functionId, head, blocked }: LaneRow): boolean {
  return stored?.head === head && stored.blocked === blocked && stored.functionId === functionId;
}

function writeCells(seen: PoolView, room: Room, moment: Moment, write: Change[]): void {
  for (const [cell, count] of room.used) {
    const row = seen.cells.get(cell);
    if (count <= 0 && row !== undefined && row.state === null) write.push({ remove: "cells", key: { cell } });
    else if (count > 0 && row?.used !== count)
      write.push({ put: "cells", row: { cell, used: count, state: row?.state ?? null } });
  }
  for (const [cell, state] of room.paces)
    write.push({ put: "cells", row: { cell, used: 0, state: { ...state } as unknown as Json } });
  // A pace that is not in use says nothing any more.
  for (const [cell, { state }] of seen.cells)
    if (isThrottle(cell) && !room.paces.has(cell) && isPast(state, moment.now))
      write.push({ remove: "cells", key: { cell } });
}

/** A cell that still has room while lanes blocked on it were not shown: somebody must look at them. */
function passBaton(pool: PoolId, seen: PoolView, room: Room, write: Change[]): boolean {
  const waited = seen.cut.filter(({ cell, functionId }) => room.hasRoomFor(cell, functionId));
  if (waited.length === 0) return false;
  const cells = [...new Set(waited.map(({ cell }) => cell))];
  write.push({ insert: "nudges", row: { pool, lane: null, cells, score: null, gone: null } });
  return true;
}

function before(a: Cursor, b: Cursor): number {
  const x = a.view.heads[a.at] as WakeRow;
  const y = b.view.heads[b.at] as WakeRow;
  return x.score - y.score || (x.id < y.id ? -1 : 1);
}

function sortByHead(queue: Cursor[]): void {
  queue.sort(before);
}

function insertByHead(queue: Cursor[], cursor: Cursor): void {
  const at = queue.findIndex((other) => before(cursor, other) < 0);
  queue.splice(at === -1 ? queue.length : at, 0, cursor);
}
