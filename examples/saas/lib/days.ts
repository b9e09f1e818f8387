/** Days as ISO dates in UTC ("2026-03-01"): they sort as text and never shift by a time zone. */
import { format, parseISO } from "date-fns";

export type DayRange = { start: string; end: string };

/** The day of an instant, in UTC. */
export function toDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** Takes ISO dates or instants and keeps their days. */
export function toDayRange({ start, end }: DayRange): DayRange {
  return { start: toDay(new Date(start)), end: toDay(new Date(end)) };
}

/** "1 March 2026" */
export function sayDay(day: string): string {
  return format(parseISO(day), "d MMMM yyyy");
}

/** "1 March 2026 to 31 March 2026" */
export function sayRange({ start, end }: DayRange): string {
  return start === end ? sayDay(start) : `${sayDay(start)} to ${sayDay(end)}`;
}

/** The last `days` days, today included: what the request form starts with. */
export function lastDays(days: number, now: Date): DayRange {
  return { start: toDay(new Date(now.getTime() - (days - 1) * 86_400_000)), end: toDay(now) };
}
