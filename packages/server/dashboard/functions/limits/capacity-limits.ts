/** Limits that runs wait at, in cells of the pool: concurrency and throttle (semantics §6.2, §6.3). */
import type { LimitUse } from "@stepwell/api/dashboard";
import {
  type CellKey,
  type CellRow,
  type ConcurrencyLimit,
  concurrencyCells,
  type FunctionRow,
  type Instant,
  isShared,
  limitOfCell,
  type ThrottleRule,
  throttleCell,
  throttlePace,
} from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { isoTime } from "../../../reply.ts";
import { concurrencyText, constantOf, throttleText } from "../config-words.ts";
import { type LimitKey, MOST_CELLS, shownKeys } from "./keys.ts";

/** @param blocked cells that a lane is blocked on */
export async function concurrencyUse(
  { id }: FunctionRow,
  rule: ConcurrencyLimit,
  blocked: ReadonlySet<CellKey>,
  read: Reads,
): Promise<LimitUse> {
  const [cell = ""] = concurrencyCells(
    id,
    { concurrency: [rule] },
    () => constantOf(rule.key) ?? "",
    rule.level,
  );
  const cells = await cellsOf(cell, rule.key, read);
  const keys = cells.flatMap(({ cell, used }): LimitKey[] => {
    const waiting = blocked.has(cell);
    if (used === 0 && !waiting) return [];
    const value = limitOfCell(cell, { concurrency: [rule] })?.value ?? null;
    return [{ key: rule.key === undefined ? null : value, used, limit: rule.limit, waiting, note: null }];
  });
  return {
    option: "concurrency",
    text: concurrencyText(rule),
    keyExpression: rule.key ?? null,
    ...shownKeys(
      keys.length > 0 || rule.key !== undefined ? keys : [unused(rule.limit)],
      cells.length >= MOST_CELLS,
    ),
  };
}

/** How many starts are used up, of those that may come at once after a rest. */
export async function throttleUse(
  fn: FunctionRow,
  rule: ThrottleRule,
  blocked: ReadonlySet<CellKey>,
  now: Instant,
  read: Reads,
): Promise<LimitUse> {
  const cell = throttleCell(fn.id, fn.config, () => constantOf(rule.key) ?? "") ?? "";
  const cells = await cellsOf(cell, rule.key, read);
  const { everyMs, aheadMs } = throttlePace(rule);
  const limit = Math.max(1, rule.limit) + rule.burst;
  const keys = cells.flatMap(({ cell, state }): LimitKey[] => {
    const fullAt = (state as { fullAt?: number } | null)?.fullAt ?? now;
    const used = everyMs === 0 ? 0 : Math.min(limit, Math.max(0, Math.ceil((fullAt - now) / everyMs)));
    const waiting = blocked.has(cell);
    if (used === 0 && !waiting) return [];
    const roomAt = Math.floor(fullAt - aheadMs);
    const note = roomAt > now ? `the next start is at ${isoTime(roomAt)}` : null;
    return [{ key: rule.key === undefined ? null : valueOf(cell), used, limit, waiting, note }];
  });
  return {
    option: "throttle",
    text: throttleText(rule),
    keyExpression: rule.key ?? null,
    ...shownKeys(
      keys.length > 0 || rule.key !== undefined ? keys : [unused(limit)],
      cells.length >= MOST_CELLS,
    ),
  };
}

function unused(limit: number): LimitKey {
  return { key: null, used: 0, limit, waiting: false, note: null };
}

/**
 * @param cell of the key's only value, or of an empty one: `["F","event.data.id",""]`, or `env:""`. Cells of a
 * shared counter are named by the value alone: those of other functions are among them, and count for this one.
 */
async function cellsOf(cell: CellKey, key: string | undefined, read: Reads): Promise<CellRow[]> {
  if (key === undefined || constantOf(key) !== null) return read.cells([cell]);
  const prefix = isShared(cell) ? cell.slice(0, -1) : cell.slice(0, -2);
  return read.cellsFrom(prefix, MOST_CELLS);
}

/** `throttle:["F","event.data.id","7"]` → `7`. */
function valueOf(cell: CellKey): string {
  const [, , value] = JSON.parse(cell.slice(cell.indexOf("["))) as [string, string | null, string];
  return value;
}
