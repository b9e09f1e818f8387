/**
 * Throttled cells free themselves, so nobody's commit marks the end of one: after a burst over many keys
 * their rows would stay. While a function has some, one wake is set for when they are over; it asks the
 * pool for a look at them, a part at a time. A pace that is full again decides like none at all, and only
 * the pool's own commit removes it, by what it sees then: no pace that is in use can be lost.
 */
import type { CellKey, FunctionId, PoolId } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Instant, Moment } from "../model/moment.ts";
import type { CellRow } from "../model/queue.ts";
import type { Change } from "../model/tables.ts";
import type { Room } from "./capacity-room.ts";
import type { PaceState } from "./gates/gcra.ts";
import { functionOfThrottle, throttlePrefix } from "./gates/throttle.ts";

const PREFIX = "idle:";
/** At most so often are a function's cells looked through. */
const EVERY_MS = 60_000;

/** A part of a function's throttled cells, as a claim sees it; the store's `IdleLook` has this shape. */
export interface IdleView {
  /** The name it was asked for by. */
  look: CellKey;
  /** By name. */
  cells: readonly CellRow[];
  /** There are more behind them. */
  more: boolean;
}

/** Stands for a function's throttled cells in a nudge: those behind `after`. No lane and no lease names it. */
export function idleLook(functionId: FunctionId, after: CellKey = ""): CellKey {
  return PREFIX + JSON.stringify([functionId, after]);
}

/** The names between which its cells lie; null: it is no such look. */
export function idleRange(look: CellKey): { after: CellKey; before: CellKey } | null {
  if (!look.startsWith(PREFIX)) return null;
  const [functionId, after] = JSON.parse(look.slice(PREFIX.length)) as [FunctionId, CellKey];
  const prefix = throttlePrefix(functionId);
  // The sign behind the comma that the prefix ends with.
  return { after: after === "" ? prefix : after, before: `${prefix.slice(0, -1)}-` };
}

/** Has it been so long unused that it decides like none? */
export function isPast(state: Json, now: Instant): boolean {
  return state !== null && (state as unknown as PaceState).fullAt <= now;
}

/** Sees to it that the cells used or still going are looked at once they are over, and that a look goes on. */
export function keepLooking(
  pool: PoolId,
  looks: readonly IdleView[],
  room: Room,
  moment: Moment,
): { write: Change[]; again: boolean } {
  const until = new Map<FunctionId, Instant>();
  const note = (cell: CellKey, fullAt: Instant): void => {
    const id = functionOfThrottle(cell);
    until.set(id, Math.max(until.get(id) ?? 0, fullAt));
  };
  for (const [cell, { fullAt }] of room.paces) note(cell, fullAt);
  for (const { cell, state } of looks.flatMap(({ cells }) => cells))
    if (state !== null && !isPast(state, moment.now)) note(cell, (state as unknown as PaceState).fullAt);
  const wakes = [...until].map(([id, fullAt]): Change => {
    const cell = idleLook(id);
    const dueAt = Math.max(Math.ceil(fullAt), moment.now + EVERY_MS);
    const row = { id: `room:${cell}`, job: { kind: "room" as const, pool, cell }, runId: null, lane: null };
    return { insert: "wakes", row: { ...row, score: dueAt, dueAt }, orIgnore: true };
  });
  const rest = looks.flatMap(({ cells, more }) => {
    const last = more ? cells.at(-1)?.cell : undefined;
    return last === undefined ? [] : [idleLook(functionOfThrottle(last), last)];
  });
  if (rest.length === 0) return { write: wakes, again: false };
  const nudge = { pool, lane: null, cells: rest, score: null, gone: null };
  return { write: [...wakes, { insert: "nudges", row: nudge }], again: true };
}
