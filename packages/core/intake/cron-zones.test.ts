/**
 * Ticks in zones, by table. What is expected is worked out with nothing but Intl: every fifth minute of the window is
 * turned into the zone's wall clock and compared with the fields; then the two rules for days on which the clock
 * changes are applied (semantics §3.4, cron.ts).
 */
import { describe, expect, test } from "vitest";
import { nextTick, ticksBetween } from "./index.ts";

const MINUTE = 60_000;

interface Wall {
  /** `2026-03-29` */
  date: string;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
}
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const clocks = new Map<string, Intl.DateTimeFormat>();

/** What a clock on the wall shows at an instant. */
function wallClock(zone: string, at: number): Wall {
  let format = clocks.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
    });
    clocks.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const { year, month, day, weekday = "", hour, minute } = parts;
  return {
    date: `${year}-${month}-${day}`,
    month: Number(month),
    day: Number(day),
    weekday: weekdays.indexOf(weekday),
    hour: Number(hour),
    minute: Number(minute),
  };
}

/** Which values a field takes: only `*`, numbers, ranges, lists and steps are written in this table. */
function takes(field: string, value: number, min: number): boolean {
  return field.split(",").some((item) => {
    const [range = "", step = "1"] = item.split("/");
    const [from = "", to = from] = range === "*" ? [String(min), "999"] : range.split("-");
    return value >= Number(from) && value <= Number(to) && (value - Number(from)) % Number(step) === 0;
  });
}

/** Every tick in (after, until], worked out by walking; all rows of the table tick at multiples of five minutes. */
function expectedTicks(expression: string, after: number, until: number): number[] {
  const zone = /TZ=(\S+) /.exec(expression)?.[1] ?? "UTC";
  const fields = expression.replace(/^.*TZ=\S+ /, "").split(" ");
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  const isDay = (wall: Wall): boolean => {
    const [byDay, byWeekday] = [takes(day, wall.day, 1), takes(weekday, wall.weekday, 0)];
    return (
      takes(month, wall.month, 1) &&
      (day === "*" || weekday === "*" ? byDay && byWeekday : byDay || byWeekday)
    );
  };
  const isFixed = /^\d+$/.test(minute) && /^\d+$/.test(hour);
  const minuteOfDay = (wall: Wall): number => wall.hour * 60 + wall.minute;
  const ticks: number[] = [];
  const seen = new Set<string>();
  // From a day before, so that the first of two equal times on the wall is known.
  let before = wallClock(zone, after - 1440 * MINUTE);
  for (let at = after - 1435 * MINUTE; at <= until; ) {
    const wall = wallClock(zone, at);
    let hit = isDay(wall) && takes(minute, wall.minute, 0) && takes(hour, wall.hour, 0);
    if (isFixed) {
      const time = Number(hour) * 60 + Number(minute);
      // The clock jumped over it: right after the gap.
      const start = before.date === wall.date ? minuteOfDay(before) + 5 : 0;
      hit ||= isDay(wall) && time >= start && time < minuteOfDay(wall);
      // The clock shows it a second time.
      if (hit && seen.has(wall.date)) hit = false;
      if (hit) seen.add(wall.date);
    }
    if (hit && at > after) ticks.push(at);
    before = wall;
    // Hours of other days hold no tick.
    at += (isDay(wall) || wall.hour >= 22 ? 5 : 60) * MINUTE;
  }
  return ticks;
}

const at = (text: string) => Date.parse(text);
const iso = (tick: number) => new Date(tick).toISOString().slice(0, 16);

/** [what, expression, from, until, ticks in it]. The count keeps a table that expects nothing from being green. */
type Row = [what: string, expression: string, from: string, until: string, count: number];

const springAndAutumn: Row[] = [
  [
    "Paris, a list of hours, one in the gap",
    "TZ=Europe/Paris 30 2,5 * * *",
    "2026-03-28T00:00Z",
    "2026-03-30T12:00Z",
    5,
  ],
  [
    "Paris, a list of minutes in the gap",
    "TZ=Europe/Paris 0,30 2 * * *",
    "2026-03-28T00:00Z",
    "2026-03-30T12:00Z",
    4,
  ],
  [
    "Paris, a range of hours in the overlap",
    "TZ=Europe/Paris 30 1-3 * * *",
    "2026-10-24T12:00Z",
    "2026-10-25T12:00Z",
    4,
  ],
  ["Paris, Sundays in the gap", "TZ=Europe/Paris 15 2 * * 0", "2026-03-20T00:00Z", "2026-04-06T00:00Z", 3],
  ["Paris, gap 2:00–3:00, in it", "TZ=Europe/Paris 30 2 * * *", "2026-03-27T00:00Z", "2026-03-31T00:00Z", 4],
  [
    "Paris, at the start of the gap",
    "TZ=Europe/Paris 0 2 * * *",
    "2026-03-27T00:00Z",
    "2026-03-31T00:00Z",
    5,
  ],
  ["Paris, at the end of the gap", "TZ=Europe/Paris 0 3 * * *", "2026-03-27T00:00Z", "2026-03-31T00:00Z", 4],
  ["Paris, hourly across the gap", "TZ=Europe/Paris 0 * * * *", "2026-03-28T12:00Z", "2026-03-29T12:00Z", 24],
  [
    "Paris, every 10 min across the gap",
    "TZ=Europe/Paris */10 * * * *",
    "2026-03-29T00:00Z",
    "2026-03-29T03:00Z",
    18,
  ],
  [
    "Paris, overlap 2:00–3:00, in it",
    "TZ=Europe/Paris 30 2 * * *",
    "2026-10-23T00:00Z",
    "2026-10-27T00:00Z",
    4,
  ],
  [
    "Paris, every 10 min in the overlap",
    "TZ=Europe/Paris */10 * * * *",
    "2026-10-24T23:00Z",
    "2026-10-25T03:00Z",
    24,
  ],
  [
    "Paris, hourly across the overlap",
    "TZ=Europe/Paris 0 * * * *",
    "2026-10-24T12:00Z",
    "2026-10-25T12:00Z",
    24,
  ],
  [
    "New York, gap 2:00–3:00, in it",
    "TZ=America/New_York 15 2 * * *",
    "2026-03-06T00:00Z",
    "2026-03-11T00:00Z",
    5,
  ],
  [
    "New York, overlap 1:00–2:00, in it",
    "TZ=America/New_York 15 1 * * *",
    "2026-10-30T00:00Z",
    "2026-11-04T00:00Z",
    5,
  ],
  [
    "New York, workdays at nine",
    "CRON_TZ=America/New_York 0 9 * * 1-5",
    "2026-03-01T00:00Z",
    "2026-03-20T00:00Z",
    14,
  ],
  [
    "Lord Howe, half an hour of gap, in it",
    "TZ=Australia/Lord_Howe 15 2 * * *",
    "2026-10-02T00:00Z",
    "2026-10-06T00:00Z",
    4,
  ],
  [
    "Lord Howe, after the gap",
    "TZ=Australia/Lord_Howe 45 2 * * *",
    "2026-10-02T00:00Z",
    "2026-10-06T00:00Z",
    4,
  ],
  [
    "Lord Howe, half an hour of overlap, in it",
    "TZ=Australia/Lord_Howe 45 1 * * *",
    "2026-04-03T00:00Z",
    "2026-04-07T00:00Z",
    4,
  ],
  [
    "Lord Howe, every 15 min in the overlap",
    "TZ=Australia/Lord_Howe */15 * * * *",
    "2026-04-04T13:00Z",
    "2026-04-04T17:00Z",
    16,
  ],
  [
    "Lord Howe, every 15 min across the gap",
    "TZ=Australia/Lord_Howe */15 * * * *",
    "2026-10-03T14:00Z",
    "2026-10-03T17:00Z",
    12,
  ],
  [
    "São Paulo, a day without midnight",
    "TZ=America/Sao_Paulo 0 0 * * *",
    "2018-11-02T00:00Z",
    "2018-11-06T00:00Z",
    4,
  ],
  [
    "São Paulo, a midnight that comes twice",
    "TZ=America/Sao_Paulo 30 23 * * *",
    "2018-02-16T00:00Z",
    "2018-02-19T12:00Z",
    4,
  ],
  ["Apia, a day that never was", "TZ=Pacific/Apia 0 12 * * *", "2011-12-28T00:00Z", "2012-01-02T00:00Z", 5],
];
const plain: Row[] = [
  [
    "Kolkata, no daylight saving, 30 min off",
    "TZ=Asia/Kolkata 0 9 * * *",
    "2026-03-26T00:00Z",
    "2026-03-31T00:00Z",
    5,
  ],
  ["Kathmandu, 45 min off", "TZ=Asia/Kathmandu 0 0 * * 0", "2026-01-01T00:00Z", "2026-02-01T00:00Z", 5],
  ["Tokyo, a day ahead of UTC", "TZ=Asia/Tokyo 0 8 1 * *", "2026-01-15T00:00Z", "2026-03-05T00:00Z", 2],
  ["month ends", "55 23 28-31 * *", "2026-01-25T00:00Z", "2026-03-05T00:00Z", 5],
  [
    "the 31st, where there is one",
    "TZ=Europe/Paris 0 12 31 * *",
    "2026-03-25T00:00Z",
    "2026-06-01T00:00Z",
    2,
  ],
  ["29 February", "TZ=America/New_York 0 12 29 2 *", "2028-02-20T00:00Z", "2028-03-10T00:00Z", 1],
  ["29 February in a common year", "0 12 29 2 *", "2026-02-20T00:00Z", "2026-03-10T00:00Z", 0],
  ["day of month or day of week", "TZ=Europe/Paris 0 0 13 * 5", "2026-01-01T00:00Z", "2026-02-20T00:00Z", 9],
  [
    "day of month and any day of week",
    "TZ=Europe/Paris 0 0 13 * *",
    "2026-01-01T00:00Z",
    "2026-02-20T00:00Z",
    2,
  ],
  [
    "a list of days or Mondays",
    "TZ=Australia/Lord_Howe 30 6 1,15 * 1",
    "2026-04-01T00:00Z",
    "2026-05-01T00:00Z",
    6,
  ],
  ["one month only", "CRON_TZ=America/New_York 0 0 * 7 *", "2026-06-25T00:00Z", "2026-07-08T00:00Z", 7],
  ["new year", "TZ=Europe/Paris 0 0 1 1 *", "2025-12-20T00:00Z", "2026-01-20T00:00Z", 1],
];

describe.each([
  ["on days when the clock changes", springAndAutumn],
  ["on other days", plain],
])("%s", (_, rows) => {
  test.each(rows)("%s: %s", (_what, expression, from, until, count) => {
    const expected = expectedTicks(expression, at(from), at(until));
    expect(ticksBetween(expression, at(from), at(until), 1_000).map(iso)).toEqual(expected.map(iso));
    expect(expected).toHaveLength(count);
    // Asked from anywhere in between, it says the same.
    for (let k = 0; k < 40; k += 1) {
      const after = at(from) + Math.floor(((at(until) - at(from)) * k) / 40 / MINUTE) * MINUTE + (k % 2);
      const next = expected.find((tick) => tick > after);
      if (next !== undefined)
        expect([iso(after), iso(nextTick(expression, after) ?? 0)]).toEqual([iso(after), iso(next)]);
    }
  });
});
