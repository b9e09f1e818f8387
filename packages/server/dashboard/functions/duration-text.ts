/** Durations as people say them in a sentence: `10 minutes`, `1 hour and 30 minutes`. */
import type { DurationMs } from "@stepwell/core";

const UNITS: readonly [DurationMs, string][] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1000, "second"],
  [1, "millisecond"],
];

/** @param ms 0 or more; told exactly, in at most five units */
export function durationText(ms: DurationMs): string {
  let left = Math.round(ms);
  const parts = UNITS.flatMap(([size, unit]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count === 0 ? [] : [countText(count, unit)];
  });
  if (parts.length < 2) return parts[0] ?? "0 seconds";
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** `minute`, `10 minutes`: what comes behind "every". */
export function periodText(ms: DurationMs): string {
  const text = durationText(ms);
  return text.startsWith("1 ") && !text.includes(" and ") ? text.slice(2) : text;
}

/** `1 run`, `3 runs`. */
export function countText(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
}
