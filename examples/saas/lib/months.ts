/** Months as "2026-03", in UTC like the days of `days.ts`. */
import { format, parseISO } from "date-fns";
import { type DayRange, toDay } from "./days.ts";

/** The month that had ended at that instant: on 1 January at 00:00 it is December. */
export function monthBefore(at: Date): string {
  return toDay(new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - 1, 1))).slice(0, 7);
}

/** The first instant after a month. */
export function endOf(month: string): Date {
  const first = new Date(`${month}-01T00:00:00Z`);
  return new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 1));
}

/** Its first day and its last. */
export function daysOf(month: string): DayRange {
  return { start: `${month}-01`, end: toDay(new Date(endOf(month).getTime() - 1)) };
}

/** "March 2026" */
export function sayMonth(month: string): string {
  return format(parseISO(`${month}-01`), "MMMM yyyy");
}
