/** Debounce: a key's events are merged into the newest until it has been quiet for a while (semantics §6.5). */
import type { DebounceRule, FunctionConfig } from "../../model/function.ts";
import type { EventId, FunctionId } from "../../model/ids.ts";
import type { Json } from "../../model/json.ts";
import type { Instant } from "../../model/moment.ts";
import type { GateCellRow } from "../../model/queue.ts";

export interface DebounceState {
  v: 1;
  /** The newest event by `ts`. */
  eventId: EventId;
  ts: Instant;
  firstAt: Instant;
  flushAt: Instant;
  /** The event that opened the window. Absent in states of releases that did not keep it. */
  leader?: EventId;
}

export function debounceCell(id: FunctionId, { debounce }: FunctionConfig, key: string): string | null {
  return debounce === undefined ? null : `debounce:${id}:${debounce.key ?? ""}:${key}`;
}

export function debounceState(row: GateCellRow | undefined): DebounceState | null {
  return row === undefined ? null : (row.state as unknown as DebounceState);
}

export type DebounceVerdict = { state: DebounceState } & (
  | { keep: GateCellRow; opens: boolean }
  | { late: true }
);

/** An event that is older than the kept one changes nothing (D-3). */
export function judgeDebounce(
  rule: DebounceRule,
  cell: string,
  row: GateCellRow | undefined,
  event: { id: EventId; ts: Instant },
  now: Instant,
): DebounceVerdict {
  const before = debounceState(row);
  if (before !== null && event.ts < before.ts) return { late: true, state: before };
  const firstAt = before?.firstAt ?? now;
  const latest = rule.timeoutMs === undefined ? Number.POSITIVE_INFINITY : firstAt + rule.timeoutMs;
  const flushAt = Math.min(now + Math.max(1000, Math.floor(rule.periodMs / 1000) * 1000), latest);
  const leader = before === null ? event.id : before.leader;
  const state: DebounceState = {
    v: 1,
    eventId: event.id,
    ts: event.ts,
    firstAt,
    flushAt,
    ...(leader === undefined ? {} : { leader }),
  };
  const keep = { key: cell, state: { ...state } as unknown as Json, expiresAt: null };
  return { state, keep, opens: before === null };
}
