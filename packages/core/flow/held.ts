/** What a full cell is in words: the limit, its key, who holds the slots, and when there is room. */
import type { FunctionRow } from "../model/function.ts";
import type { CellKey, RunId } from "../model/ids.ts";
import type { DurationMs, Instant } from "../model/moment.ts";
import { isRunCell, limitOfCell } from "./gates/concurrency.ts";
import { nextRoomAt, type PaceState } from "./gates/gcra.ts";
import { isThrottle, throttlePace } from "./gates/throttle.ts";
import type { Reason, SeenWaiting } from "./reasons.ts";
import { durationWords, keyWords, timeWords } from "./words.ts";

/** A limit that is used up for one key. */
export interface Held {
  /** CEL of the key, and its value for this run; null: one counter for all. */
  keyExpression: string | null;
  key: string | null;
  limit: number;
  /** Slots in use now; null: the limit counts starts, not slots. */
  used: number | null;
  /** Of a throttle: the period. */
  periodMs: DurationMs | null;
  /** Whose counter it is, and what it counts: requests (`step`), runs (`run`) or starts of runs (`start`). */
  scope: "fn" | "env" | "account";
  counts: "step" | "run" | "start";
  /** Runs that hold a slot, longest first; at most 20. */
  holders: { runId: RunId; since: Instant }[];
}

/** @returns null: nothing is limited by it any more, so the next claim lets it through */
export function heldReason(cell: CellKey, ahead: number, seen: SeenWaiting): Omit<Reason, "step"> | null {
  const { fn } = seen;
  if (fn === undefined) return null;
  if (cell.startsWith("paused:")) return paused(fn);
  return isThrottle(cell) ? throttled(cell, ahead, fn, seen) : full(cell, fn, seen);
}

function paused({ slug }: FunctionRow): Omit<Reason, "step"> {
  const message = `the function ${slug} is paused; it goes on after \`stepwell resume ${slug}\``;
  return { gate: "pause", until: null, untilIs: null, message };
}

function full(cell: CellKey, fn: FunctionRow, seen: SeenWaiting): Omit<Reason, "step"> | null {
  const found = limitOfCell(cell, fn.config);
  if (found === null) return null;
  const { limit, value } = found;
  const holders = [...(seen.holders.get(cell) ?? [])]
    .sort((a, b) => a.at - b.at)
    .map((lease) => ({ runId: lease.runId, since: lease.at }));
  const used = seen.cells.get(cell)?.used ?? holders.length;
  const counts = isRunCell(cell) ? ("run" as const) : ("step" as const);
  const key = limit.key === undefined ? null : value;
  const held: Held = {
    keyExpression: limit.key ?? null,
    key,
    limit: limit.limit,
    used,
    periodMs: null,
    scope: limit.scope,
    counts,
    holders,
  };
  const shared =
    limit.scope === "fn"
      ? ""
      : `, counted over all functions of the ${limit.scope === "env" ? "environment" : "account"}`;
  const what = counts === "run" ? "allowed unfinished runs" : "allowed calls in flight";
  const by = holders.length === 0 ? "" : `, held by ${listed(holders.map(({ runId }) => runId))}`;
  const message = `${used} of ${limit.limit} ${what}${keyWords(limit.key, key)}${shared}${by} (concurrency)`;
  return { gate: "concurrency", until: null, untilIs: null, held, message };
}

function throttled(
  cell: CellKey,
  ahead: number,
  fn: FunctionRow,
  { cells, now }: SeenWaiting,
): Omit<Reason, "step"> | null {
  const rule = fn.config.throttle;
  if (rule === undefined) return null;
  const pace = throttlePace(rule);
  const state = (cells.get(cell)?.state ?? null) as unknown as PaceState | null;
  const roomAt = Math.max(now, nextRoomAt(state, pace));
  const until = Math.ceil(roomAt + ahead * pace.everyMs);
  const key = rule.key === undefined ? null : valueOf(cell);
  const held: Held = {
    keyExpression: rule.key ?? null,
    key,
    limit: rule.limit,
    used: null,
    periodMs: rule.periodMs,
    scope: "fn",
    counts: "start",
    holders: [],
  };
  const message = `${rule.limit} per ${durationWords(rule.periodMs)} may start${keyWords(rule.key, key)}, and they have (throttle); its turn is at ${timeWords(until)} at the earliest`;
  return { gate: "throttle", until, untilIs: "earliest", held, message };
}

function valueOf(cell: CellKey): string {
  const [, , value] = JSON.parse(cell.slice(cell.indexOf("["))) as [string, string | null, string];
  return value;
}

function listed(ids: readonly RunId[]): string {
  const shown = ids.slice(0, 3).join(", ");
  return ids.length <= 3 ? shown : `${shown} and others`;
}
