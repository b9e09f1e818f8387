/** The cells of one claim while it goes on: what is used, what is paced, and what a lane is full on. */
import type { CellKey, FunctionId, PoolId, WakeId } from "../model/ids.ts";
import type { Moment } from "../model/moment.ts";
import type { Change } from "../model/tables.ts";
import type { LaneView, Limits, PoolView } from "./capacity.ts";
import { nextRoomAt, type PaceState, paceAfter } from "./gates/gcra.ts";
import { functionOfLane, pauseCell } from "./gates/pause.ts";
import { isThrottle } from "./gates/throttle.ts";

export interface Room {
  readonly used: ReadonlyMap<CellKey, number>;
  /** Throttled cells that were used in this claim. */
  readonly paces: ReadonlyMap<CellKey, PaceState>;
  /** The first cell of the lane without room; null: it may be granted from. */
  fullCell(lane: LaneView): CellKey | null;
  /** Takes a slot of each of them. */
  take(cells: readonly CellKey[]): void;
  /** May a lane of the function that was not shown be granted from this cell? */
  hasRoomFor(cell: CellKey, functionId: FunctionId): boolean;
  /** The wake that looks at a throttled cell again once it has room; none for cells that others free. */
  wakeFor(pool: PoolId, cell: CellKey): Change[];
}

export function createRoom(used: Map<CellKey, number>, seen: PoolView, limits: Limits, moment: Moment): Room {
  const paces = new Map<CellKey, PaceState>();
  const paceState = (cell: CellKey): PaceState | null =>
    paces.get(cell) ?? ((seen.cells.get(cell)?.state ?? null) as unknown as PaceState | null);
  const isFull = (cell: CellKey, functionId: FunctionId): boolean => {
    if (!isThrottle(cell)) return (used.get(cell) ?? 0) >= limits.of(cell, functionId);
    const pace = limits.pace(cell);
    return pace !== null && nextRoomAt(paceState(cell), pace) > moment.now;
  };
  return {
    used,
    paces,
    fullCell({ lane, cells }) {
      const functionId = functionOfLane(lane);
      if (limits.isPaused(functionId)) return pauseCell(functionId);
      return cells.find((cell) => isFull(cell, functionId)) ?? null;
    },
    take(cells) {
      for (const cell of cells) {
        const pace = isThrottle(cell) ? limits.pace(cell) : null;
        if (pace !== null) paces.set(cell, paceAfter(paceState(cell), pace, moment.now));
        if (!isThrottle(cell)) used.set(cell, (used.get(cell) ?? 0) + 1);
      }
    },
    hasRoomFor(cell, functionId) {
      if (cell === pauseCell(functionId)) return !limits.isPaused(functionId);
      return !isFull(cell, functionId);
    },
    wakeFor(pool, cell) {
      const pace = isThrottle(cell) ? limits.pace(cell) : null;
      if (pace === null) return [];
      const dueAt = Math.max(nextRoomAt(paceState(cell), pace), moment.now + 1);
      const job = { kind: "room" as const, pool, cell };
      const row = { id: roomWakeId(cell), job, runId: null, lane: null, score: dueAt, dueAt };
      return [{ insert: "wakes", row, orIgnore: true }];
    },
  };
}

/** A throttled cell has one such wake at most. */
export function roomWakeId(cell: CellKey): WakeId {
  return `room:${cell}`;
}
