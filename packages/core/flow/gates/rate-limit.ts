/** Rate limit and function idempotency: at most so many runs per time are made, the rest is dropped (semantics §6.4, §5.2). */
import type { FunctionConfig, RateLimitRule } from "../../model/function.ts";
import type { FunctionId } from "../../model/ids.ts";
import type { Json } from "../../model/json.ts";
import type { Instant } from "../../model/moment.ts";
import type { GateCellRow } from "../../model/queue.ts";
import { nextRoomAt, type Pace, type PaceState, paceAfter } from "./gcra.ts";

/** @param key the evaluated key; null: the rule does not apply to this event */
export function rateLimitCell(id: FunctionId, config: FunctionConfig, key: string | null): string | null {
  const rule = config.rateLimit;
  return rule === undefined || key === null ? null : `rate:${id}:${rule.option}:${rule.key ?? ""}:${key}`;
}

export type RateVerdict = { is: "admit"; keep: GateCellRow } | { is: "drop"; until: Instant };

/** A fresh key admits `floor(limit / 10) + 1` at once, then one per `period / limit`: it is no fixed window. */
export function judgeRate(
  rule: RateLimitRule,
  cell: string,
  row: GateCellRow | undefined,
  now: Instant,
): RateVerdict {
  const pace = paceOf(rule);
  const state = row === undefined ? null : (row.state as unknown as PaceState);
  const roomAt = nextRoomAt(state, pace);
  if (roomAt > now) return { is: "drop", until: roomAt };
  const next = paceAfter(state, pace, now);
  const keep = { key: cell, state: { ...next } as unknown as Json, expiresAt: Math.ceil(next.fullAt) };
  return { is: "admit", keep };
}

function paceOf({ limit, periodMs }: RateLimitRule): Pace {
  const everyMs = periodMs / limit;
  return { everyMs, aheadMs: Math.floor(limit / 10) * everyMs };
}
