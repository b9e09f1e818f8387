/**
 * Dates as text, in the forms that people and SDKs send (semantics §12): RFC 3339 and its relatives, RFC 1123,
 * RFC 822, and the two older HTTP forms, RFC 850 and asctime (semantics §2.2, `Retry-After`).
 * No zone means UTC; the machine's own zone never matters. `Date.parse` is not used: it guesses.
 */
import type { Instant } from "../model/moment.ts";

/** Shorter texts are never dates (semantics §7.2): `2006-01-02` is the shortest. */
const MIN_CHARACTERS = 10;
/** `2006-01-02`, then perhaps a time, a zone, and the zone's name in brackets, which Temporal writes. */
const ISO =
  /^(?<year>\d{4}|[+-]\d{6})-(?<month>\d\d)-(?<day>\d\d)(?:[Tt ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?(?<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?(?:\[[\w/+-]+\])?)?$/;
/** `Mon, 02 Jan 2006 15:04:05 GMT`, `02 Jan 06 15:04 -0700`, `Monday, 02-Jan-06 15:04:05 GMT`. */
const RFC =
  /^(?:[a-z]{3,9}, ?)?(?<day>\d{1,2})[ -](?<monthName>[a-z]{3})[ -](?<year>\d{4}|\d\d) (?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d))?(?: (?<zone>[a-z]{1,4}|[+-]\d\d:?\d\d))?$/i;
/** `Mon Jan  2 15:04:05 2006`. */
const ASCTIME =
  /^[a-z]{3} (?<monthName>[a-z]{3}) {1,2}(?<day>\d{1,2}) (?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d) (?<year>\d{4})$/i;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** The zone names of RFC 822, in hours east of UTC. Others are ambiguous and refused. */
const ZONE_HOURS: Readonly<Record<string, number>> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
};

/**
 * The instant (epoch ms, sub-millisecond digits cut) a text names, or null if it is no date that exists.
 * @example parseDate("2026-01-01") // 1_767_225_600_000
 */
export function parseDate(text: string): Instant | null {
  if (text.length < MIN_CHARACTERS) return null;
  const parts = (ISO.exec(text) ?? RFC.exec(text) ?? ASCTIME.exec(text))?.groups;
  if (parts === undefined) return null;
  const offsetMinutes = offsetOf(parts.zone ?? "Z");
  const local = localMs(parts);
  return offsetMinutes === null || local === null ? null : local - offsetMinutes * 60_000;
}

type Parts = Readonly<Partial<Record<string, string>>>;

/** The wall-clock fields as if they were UTC, or null if there is no such day or time. */
function localMs(parts: Parts): number | null {
  const year = yearOf(parts.year ?? "");
  const month =
    parts.monthName === undefined ? Number(parts.month) : MONTHS.indexOf(parts.monthName.toLowerCase()) + 1;
  const [day, hour, minute, second] = [parts.day, parts.hour, parts.minute, parts.second].map((part) =>
    Number(part ?? 0),
  );
  if (day === undefined || hour === undefined || minute === undefined || second === undefined) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  date.setUTCHours(hour, minute, second, Number((parts.fraction ?? "").padEnd(3, "0").slice(0, 3)));
  return Number.isNaN(date.getTime()) ? null : date.getTime();
}

/** Two digits as in Go and RFC 6265: 69…99 are the last century. */
function yearOf(digits: string): number {
  const year = Number(digits);
  if (digits.length !== 2) return year;
  return year >= 69 ? 1900 + year : 2000 + year;
}

/** Minutes east of UTC: `-07:00`, `-0700`, `-07`, `EST`; null for a zone that is not known. */
function offsetOf(zone: string): number | null {
  const digits = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (digits === null) {
    const hours = ZONE_HOURS[zone.toLowerCase()];
    return hours === undefined ? null : hours * 60;
  }
  const [hours, minutes] = [Number(digits[2]), Number(digits[3] ?? 0)];
  if (hours > 23 || minutes > 59) return null;
  return (digits[1] === "-" ? -1 : 1) * (hours * 60 + minutes);
}
