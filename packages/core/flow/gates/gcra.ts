/**
 * The generic cell rate algorithm: one instant per key says how much is used up. `fullAt` is when all that
 * was admitted would have been admitted at an even pace; a rate that is not used frees itself.
 */
import type { DurationMs, Instant } from "../../model/moment.ts";

export interface Pace {
  /** From one admission to the next, at an even pace. */
  everyMs: DurationMs;
  /** How far ahead of the even pace admissions may run. */
  aheadMs: DurationMs;
}

export interface PaceState {
  v: 1;
  fullAt: Instant;
}

/** When the next one may be admitted; not after `now`: at once. */
export function nextRoomAt(state: PaceState | null, pace: Pace): Instant {
  // Rounded down: sums of fractions of a millisecond drift, and that must not cost an admission.
  return state === null ? Number.NEGATIVE_INFINITY : Math.floor(state.fullAt - pace.aheadMs);
}

/** What an admission at `now` leaves behind. */
export function paceAfter(state: PaceState | null, pace: Pace, now: Instant): PaceState {
  return { v: 1, fullAt: Math.max(now, state?.fullAt ?? now) + pace.everyMs };
}
