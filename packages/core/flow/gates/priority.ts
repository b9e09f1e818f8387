/** Priority: a run is ordered as if it had been queued that many seconds earlier or later (semantics §6.6). */
import type { Instant } from "../../model/moment.ts";

/** 12 hours either way. */
const MOST_SECONDS = 43_200;

/** @param seconds as evaluated; @returns the score, and when it may start at the earliest (later for negative ones) */
export function prioritised(queuedAt: Instant, seconds: number): { score: number; notBefore: Instant } {
  const clamped = Math.max(-MOST_SECONDS, Math.min(MOST_SECONDS, seconds));
  const score = queuedAt - clamped * 1000;
  return { score, notBefore: Math.max(queuedAt, score) };
}
