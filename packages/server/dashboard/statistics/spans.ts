/** The spans of time that runs are counted by, and those of a chart. All instants are epoch ms. */
import type { Range } from "@stepwell/api/dashboard";
import type { DurationMs, FunctionId, Instant } from "@stepwell/core";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Stands for all functions together in rows of hours: a month of each of them would be many rows. */
export const ALL_FUNCTIONS: FunctionId = "";

/** The longest chart; older runs are not counted. */
export const LONGEST_MS: DurationMs = 30 * DAY_MS;

/** The beginning of the span that an instant lies in. */
export function floorTo(at: Instant, widthMs: DurationMs): Instant {
  return Math.floor(at / widthMs) * widthMs;
}

/** At most 400 points each. `widthMs`: of the rows that are read for it. */
const plans: Record<Range, { stepMs: DurationMs; points: number; widthMs: DurationMs }> = {
  "15m": { stepMs: MINUTE_MS, points: 15, widthMs: MINUTE_MS },
  "1h": { stepMs: MINUTE_MS, points: 60, widthMs: MINUTE_MS },
  "24h": { stepMs: HOUR_MS, points: 24, widthMs: HOUR_MS },
  "7d": { stepMs: HOUR_MS, points: 168, widthMs: HOUR_MS },
  "30d": { stepMs: 2 * HOUR_MS, points: 360, widthMs: HOUR_MS },
};

export interface Plan {
  stepMs: DurationMs;
  widthMs: DurationMs;
  from: Instant;
  /** Beginnings of the points; the last one's span is not over. */
  points: Instant[];
}

/** The points of a chart that ends now. */
export function planOf(range: Range, now: Instant): Plan {
  const { stepMs, points, widthMs } = plans[range];
  const from = floorTo(now, stepMs) - (points - 1) * stepMs;
  return { stepMs, widthMs, from, points: Array.from({ length: points }, (_, n) => from + n * stepMs) };
}
