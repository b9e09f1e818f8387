/** Which schedules are shown, by app and name: an order by next tick would move rows under the pointer. */
import type { ScheduleLine } from "@stepwell/api/dashboard";
import type { SchedulesSearch } from "./search.ts";

export function filterSchedules(lines: readonly ScheduleLine[], search: SchedulesSearch): ScheduleLine[] {
  const words = (search.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return lines
    .filter(
      (line) => (!search.missed || line.missed > 0) && words.every((word) => textOf(line).includes(word)),
    )
    .sort((a, b) => sortText(a).localeCompare(sortText(b)));
}

function sortText({ app, function: fn, cron }: ScheduleLine): string {
  return `${app.name}\n${fn.name}\n${cron}`;
}

function textOf({ function: fn, app, cron, words, zone }: ScheduleLine): string {
  return [fn.name, fn.slug, app.name, cron, words, zone].join("\n").toLowerCase();
}

/** The expression without its zone, which is shown beside it. */
export function expressionOf(cron: string): string {
  return cron.replace(/^TZ=\S+\s+/, "");
}

/** A time in a zone, with the offset from UTC that the zone has then: summer time shows. */
export function timeInZone(iso: string, zone: string): string {
  const text = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: iso.endsWith(":00.000Z") ? undefined : "2-digit",
    hourCycle: "h23",
    timeZone: zone,
    timeZoneName: "shortOffset",
  }).format(Date.parse(iso));
  return text.replace(/GMT(\+0$)?/, "UTC");
}

/** Whether the zone's offset from UTC differs between two times. */
export function offsetChanges(before: string, after: string, zone: string): boolean {
  return offsetOf(before, zone) !== offsetOf(after, zone);
}

function offsetOf(iso: string, zone: string): string | undefined {
  return new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" })
    .formatToParts(Date.parse(iso))
    .find(({ type }) => type === "timeZoneName")?.value;
}
