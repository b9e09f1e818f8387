/** When a failed attempt is tried again (semantics §2.2). Whether it is tried at all is decided before. */
import type { DurationMs, Instant } from "../model/moment.ts";
import type { RetryAdvice } from "../model/op.ts";

/** By the zero-based attempt that failed; later ones wait like the last. */
const BASE_DELAY_MS: readonly DurationMs[] = [15, 30, 60, 120, 300, 600, 1_200, 2_400, 3_600, 7_200].map(
  (seconds) => seconds * 1_000,
);
const LAST_DELAY_MS: DurationMs = 7_200_000;
/** Keeps runs that failed together from coming back together. */
const JITTER_MS: DurationMs = 30_000;

export interface FailedAttempt {
  /** Zero-based number of the attempt that failed. */
  attempt: number;
  /** `at` wins over all else; `never` must not get here and is treated like `default`. */
  advice: RetryAdvice;
  /** Epoch ms. */
  now: Instant;
  /** A random number in [0, 1): the jitter. */
  roll: number;
  /** Replaces table and jitter when set, in ms (the dev flag "retry interval"). */
  constantMs: DurationMs | null;
}

/** The instant of the next attempt, epoch ms, never before `now`. */
export function retryAt({ attempt, advice, now, roll, constantMs }: FailedAttempt): Instant {
  if (advice.is === "at") return Math.max(now, advice.at);
  if (constantMs !== null) return now + constantMs;
  return now + (BASE_DELAY_MS[attempt] ?? LAST_DELAY_MS) + Math.floor(roll * JITTER_MS);
}
