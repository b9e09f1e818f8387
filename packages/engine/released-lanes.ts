/** Lanes that are blocked are looked at again: after a limit was raised, and when a process starts (I1). */
import { type Change, type FunctionRow, isThrottle, roomWakeId, SHARED_POOL } from "@stepwell/core";
import type { Context } from "./context.ts";

/** A claim reads a nudge whole or not at all. */
const CELLS_PER_NUDGE = 50;

/** In all pools that lanes of the function may be in: a limit that others share moves new runs to another one. */
export async function releasedLanes(context: Context, fn: FunctionRow): Promise<Change[]> {
  const write: Change[] = [];
  for (const pool of [fn.id, SHARED_POOL]) write.push(...(await releasedPool(context, pool)));
  return write;
}

async function releasedPool(context: Context, pool: string): Promise<Change[]> {
  const cells = await context.options.store.read.blockedCells(pool);
  if (cells.length === 0) return [];
  // Their time was reckoned by the old pace: a claim that finds the cell full sets a new one.
  const rooms = cells.filter(isThrottle).map((cell): Change => {
    return { remove: "wakes", key: { id: roomWakeId(cell) } };
  });
  const nudges: Change[] = [];
  for (let at = 0; at < cells.length; at += CELLS_PER_NUDGE) {
    const part = cells.slice(at, at + CELLS_PER_NUDGE);
    nudges.push({ insert: "nudges", row: { pool, lane: null, cells: part, score: null, gone: null } });
  }
  return [...nudges, ...rooms];
}

/** At the start: whatever a process that died had left undone, no lane stays blocked for nothing. */
export async function releaseAll(context: Context, functions: readonly FunctionRow[]): Promise<void> {
  for (const pool of new Set([SHARED_POOL, ...functions.map(({ id }) => id)])) {
    const write = await releasedPool(context, pool);
    if (write.length > 0) await context.commit({}, () => ({ write, reply: null }));
  }
}
