/** Times, durations and keys as they stand in the texts that say why something waits. */
import type { DurationMs, Instant } from "../model/moment.ts";

const UNITS: readonly [DurationMs, string][] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1000, "s"],
];

/** `90 s`, `2 h`: the largest unit that it is a whole number of. */
export function durationWords(ms: DurationMs): string {
  const [size, unit] = UNITS.find(([each]) => ms >= each && ms % each === 0) ?? [1, "ms"];
  return `${Math.round(ms / size)} ${unit}`;
}

/** UTC, to the second; with milliseconds only where they are not zero. */
export function timeWords(at: Instant): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** ` for event.data.org = "acme"`, of a constant key ` for "printer"`; empty without a key. */
export function keyWords(expression: string | null | undefined, value: string | null): string {
  if (expression === undefined || expression === null) return "";
  if (/^\s*["']/.test(expression) && value !== null) return ` for ${JSON.stringify(value)}`;
  return value === null ? ` for a value of ${expression}` : ` for ${expression} = ${JSON.stringify(value)}`;
}

/** `1 run`, `3 runs`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
