// Time as text, without a clock and without the machine's time zone: what has no offset is UTC. Milliseconds are
// numbers with a fraction, exact to about a microsecond for today's dates.

const MOMENT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?)?$/;
/** 0001-01-01, the first moment CEL knows; the zero that stands in for null in comparisons. */
export const EARLIEST_MS: number = -62_135_596_800_000;
const LATEST_MS = 253_402_300_799_999;
// A bare number below this is seconds, from here on milliseconds: 1973 as the latter, the year 5138 as the former.
const FIRST_MILLISECONDS = 1e11;

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const DURATION = /^([+-]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h|d|w))+|0)$/;

export function timestampFromNumber(value: number): number | undefined {
  return within(Math.abs(value) < FIRST_MILLISECONDS ? value * 1_000 : value);
}

export function timestampFromText(text: string): number | undefined {
  const parts = MOMENT.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const date = new Date(0);
  date.setUTCFullYear(year ?? 0, (month ?? 0) - 1, day);
  if (date.getUTCMonth() !== (month ?? 0) - 1 || date.getUTCDate() !== day) return undefined;
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return undefined;
  date.setUTCHours(hour ?? 0, minute, second);
  const offsetMinutes = Number(parts[10] ?? 0) * 60 + Number(parts[11] ?? 0);
  const offsetMs = (parts[9] === "-" ? -1 : 1) * offsetMinutes * 60_000;
  return within(date.getTime() + Number(`0${parts[7] ?? ""}`) * 1_000 - offsetMs);
}

export function within(epochMs: number): number | undefined {
  return epochMs >= EARLIEST_MS && epochMs <= LATEST_MS ? epochMs : undefined;
}

export function formatTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.?0*Z$/, "Z");
}

export function durationFromText(text: string): number | undefined {
  const whole = DURATION.exec(text);
  if (whole === null) return undefined;
  let lengthMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)([a-zµμ]+)/g)) {
    lengthMs += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  }
  return whole[1] === "-" ? -lengthMs : lengthMs;
}

export function formatDuration(lengthMs: number): string {
  return `${lengthMs / 1_000}s`;
}
