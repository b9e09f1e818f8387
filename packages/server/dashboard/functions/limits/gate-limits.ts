/** Limits that events meet before there is a run: their state is in gate cells (semantics §6.4, §6.5, §6.7, §6.8). */
import type { LimitUse } from "@stepwell/api/dashboard";
import {
  type BatchRule,
  batchCell,
  batchState,
  type DebounceRule,
  debounceCell,
  debounceState,
  type FunctionRow,
  type GateCellRow,
  hasEnded,
  type Instant,
  keyOfCell,
  type RateLimitRule,
  rateLimitCell,
  type SingletonRule,
  singletonCell,
} from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { isoTime } from "../../../reply.ts";
import { batchText, debounceText, rateLimitText, singletonText } from "../config-words.ts";
import { type LimitKey, MOST_CELLS, shownKeys } from "./keys.ts";

/** Batches hold the ids of their events; runs that hold a singleton are read one by one. */
const MOST_HEAVY = 100;

/** Rate limit, and idempotency, which is one per key and day. */
export async function rateLimitUse(
  fn: FunctionRow,
  rule: RateLimitRule,
  now: Instant,
  read: Reads,
): Promise<LimitUse> {
  const { cells, cut } = await cellsOf(rateLimitCell(fn.id, fn.config, ""), rule.key, MOST_CELLS, now, read);
  const everyMs = rule.periodMs / rule.limit;
  const limit = Math.floor(rule.limit / 10) + 1;
  const keys = cells.flatMap((row): LimitKey[] => {
    const { fullAt } = row.state as unknown as { fullAt: number };
    const used = Math.min(limit, Math.max(0, Math.ceil((fullAt - now) / everyMs)));
    if (used === 0) return [];
    const roomAt = Math.floor(fullAt - (limit - 1) * everyMs);
    const note = roomAt > now ? `the next event is taken from ${isoTime(roomAt)} on` : null;
    return [{ key: keyOfCell(row.key, fn), used, limit, waiting: false, note }];
  });
  return use("rateLimit", rateLimitText(rule), rule.key, keys, cut);
}

/** Each key with an event that waits for quiet. */
export async function debounceUse(
  fn: FunctionRow,
  rule: DebounceRule,
  now: Instant,
  read: Reads,
): Promise<LimitUse> {
  const { cells, cut } = await cellsOf(debounceCell(fn.id, fn.config, ""), rule.key, MOST_CELLS, now, read);
  const keys = cells.flatMap((row): LimitKey[] => {
    const state = debounceState(row);
    if (state === null) return [];
    const note = `its run starts at ${isoTime(state.flushAt)}, if no other event comes`;
    return [{ key: keyOfCell(row.key, fn), used: 1, limit: 1, waiting: true, note }];
  });
  return use("debounce", debounceText(rule), rule.key, keys, cut);
}

/** Each batch that is being collected. */
export async function batchUse(
  fn: FunctionRow,
  rule: BatchRule,
  now: Instant,
  read: Reads,
): Promise<LimitUse> {
  const { cells, cut } = await cellsOf(batchCell(fn.id, fn.config, ""), rule.key, MOST_HEAVY, now, read);
  const keys = cells.flatMap((row): LimitKey[] => {
    const state = batchState(row);
    if (state === null) return [];
    const note = `its run starts when it is full, or at ${isoTime(state.flushAt)}`;
    return [
      { key: keyOfCell(row.key, fn), used: state.events.length, limit: rule.maxSize, waiting: true, note },
    ];
  });
  return use("batchEvents", batchText(rule), rule.key, keys, cut);
}

/** Each key with a run that has not ended. Nobody removes the cell of one that has. */
export async function singletonUse(
  fn: FunctionRow,
  rule: SingletonRule,
  now: Instant,
  read: Reads,
): Promise<LimitUse> {
  const { cells, cut } = await cellsOf(singletonCell(fn.id, fn.config, ""), rule.key, MOST_HEAVY, now, read);
  const keys = await Promise.all(
    cells.map(async (row): Promise<LimitKey[]> => {
      const { runId } = row.state as { runId?: string };
      const run = runId === undefined ? null : await read.run(runId);
      if (run === null || hasEnded(run.status)) return [];
      return [{ key: keyOfCell(row.key, fn), used: 1, limit: 1, waiting: false, note: `run ${run.id}` }];
    }),
  );
  return use("singleton", singletonText(rule), rule.key, keys.flat(), cut);
}

function use(
  option: LimitUse["option"],
  text: string,
  key: string | undefined,
  keys: readonly LimitKey[],
  cut: boolean,
): LimitUse {
  return { option, text, keyExpression: key ?? null, ...shownKeys(keys, cut) };
}

/** @param unvalued the cell of an empty value: a cell's name ends with its value. Expired ones count as absent. */
async function cellsOf(
  unvalued: string | null,
  key: string | undefined,
  limit: number,
  now: Instant,
  read: Reads,
): Promise<{ cells: GateCellRow[]; cut: boolean }> {
  if (unvalued === null) return { cells: [], cut: false };
  const rows =
    key === undefined ? [await read.gateCell(unvalued)] : await read.gateCellsFrom(unvalued, limit);
  const cells = rows.filter((row) => row !== null && (row.expiresAt === null || row.expiresAt > now));
  return { cells: cells.filter((row) => row !== null), cut: rows.length >= limit };
}
