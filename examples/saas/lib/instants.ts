/** Instants and durations in words. `now` is passed in: a server's clock may be moved, and a test brings its own. */
import { formatDistanceStrict, formatDuration, intervalToDuration } from "date-fns";

/** "just now", "20 seconds ago", "5 minutes ago". */
export function sayAgo(at: Date, now: Date): string {
  if (now.getTime() - at.getTime() < 5_000) return "just now";
  return formatDistanceStrict(at, now, { addSuffix: true, roundingMethod: "floor" });
}

/** "in 44 minutes"; "now" for a moment that has come. */
export function sayUntil(at: Date, now: Date): string {
  return at > now ? formatDistanceStrict(at, now, { addSuffix: true }) : "now";
}

/** "28 Nov 2026, 05:27:29 UTC" */
export function sayInstant(at: Date): string {
  return `${absolute.format(at)} UTC`;
}

/** "88 ms", "4.2 s", "2 minutes 3 seconds"; no line ends between a number and its unit. */
export function sayDuration(ms: number): string {
  return countUnits(ms).replaceAll(/(?<=\d) /g, "\u00a0");
}

function countUnits(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return formatDuration(intervalToDuration({ start: 0, end: ms }));
}

const absolute = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "medium",
  timeStyle: "medium",
  timeZone: "UTC",
});
