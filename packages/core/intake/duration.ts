/**
 * Durations as text, and what a sleep's text means (semantics §12, §7.2).
 *
 * A duration is a sequence of number + unit without spaces: `1w2d3h4m5s6ms`. As in Go, a number may have a
 * fraction (`1.5h`), units may repeat and come in any order, and `0` needs no unit. A day is 24 h, a week 168 h.
 * There is no sign: a negative duration has no meaning in any place that takes one. Results are whole
 * milliseconds: `500us` is 1 ms, `499us` is 0.
 */
import type { DurationMs, Instant } from "../model/moment.ts";
import { parseDate } from "./date.ts";

/** Longer sleeps and waits end the run with `InngestErrTimeoutTooLong` (semantics §2.5): 366 days, in ms. */
export const MAX_SLEEP_MS: DurationMs = 366 * 86_400_000;
/** The longest duration there is, in ms: 2^63 ns as in Go, about 292 years. It keeps sums with an instant exact. */
const MAX_DURATION_MS = 9_223_372_036_854;

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3, // micro sign
  "\u03bcs": 1e-3, // Greek mu
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const PART = /(\d+(?:\.\d+)?)(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d|w)/y;

/**
 * A duration in milliseconds, or null if the text is none or is over 292 years (semantics §12).
 * @example parseDuration("1d12h") // 129_600_000
 */
export function parseDuration(text: string): DurationMs | null {
  const lengthMs = lengthOf(text);
  return lengthMs === null || lengthMs > MAX_DURATION_MS ? null : lengthMs;
}

/**
 * The Go form: without `w` and `d`. For batch timeouts and CEL's `now_plus` (semantics §12).
 * @example parseGoDuration("1h30m") // 5_400_000
 */
export function parseGoDuration(text: string): DurationMs | null {
  return /[dw]/.test(text) ? null : parseDuration(text);
}

/** When a sleep ends (epoch ms, never before `now`), or why it cannot be: not readable, or over `MAX_SLEEP_MS`. */
export type SleepEnd = { until: Instant; warning?: string } | { invalid: string } | { tooLong: true };

/**
 * Reads the `name` of a Sleep op (semantics §7.2, wire §5.4): a duration, or a date if it has ten characters or more.
 * Dates are rounded up to a whole second, because a sleep is never early. What is past ends at `now`.
 * @param now the store's time, epoch ms
 */
export function parseSleep(name: string, now: Instant): SleepEnd {
  const text = name.trim();
  if (text === "") return { until: now, warning: EMPTY_SLEEP };
  const date = parseDate(text);
  if (date !== null) return endAt(Math.ceil(date / 1_000) * 1_000, now);
  const lengthMs = lengthOf(text);
  if (lengthMs !== null) return endAt(now + lengthMs, now);
  return {
    invalid: `cannot read ${JSON.stringify(text.slice(0, 100))} as a time to sleep: give a duration such as "1d12h" or a date such as "2026-01-31T09:00:00Z"`,
  };
}

const EMPTY_SLEEP =
  'The SDK sent an empty time to sleep, so the run went on at once. Some SDK versions cannot read texts such as "1h30m" or "1d2h": write "90m" or "26h", or give milliseconds.';

function endAt(until: Instant, now: Instant): SleepEnd {
  if (until - now > MAX_SLEEP_MS) return { tooLong: true };
  return { until: Math.max(until, now) };
}

/** Like `parseDuration` but without a maximum, so that a sleep of a million weeks is too long and not unreadable. */
function lengthOf(text: string): number | null {
  if (text === "0") return 0;
  let lengthMs = 0;
  let end = 0;
  for (PART.lastIndex = 0; end < text.length; end = PART.lastIndex) {
    const part = PART.exec(text);
    if (part === null) return null;
    lengthMs += Number(part[1]) * (UNIT_MS[part[2] ?? ""] ?? 0);
  }
  return end === 0 ? null : Math.round(lengthMs);
}
