/** Labels of the axes: times in the viewer's zone, counts short enough for a narrow chart. */

const hourMs = 3_600_000;

/**
 * A formatter for the ticks of a time axis.
 * @param zone IANA name. @param spanMs width of the whole chart.
 */
export function timeLabels(zone: string, spanMs: number): (at: number) => string {
  const options: Intl.DateTimeFormatOptions =
    spanMs > 48 * hourMs
      ? { day: "numeric", month: "short" }
      : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
  return (at) => format.format(at);
}

/** The time of a point with as much of a date as the step needs, for tables and for speech. */
export function pointLabels(zone: string, stepMs: number, spanMs: number): (iso: string) => string {
  const time: Intl.DateTimeFormatOptions =
    stepMs < 24 * hourMs ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : {};
  const day: Intl.DateTimeFormatOptions = spanMs > 20 * hourMs ? { day: "numeric", month: "short" } : {};
  const format = new Intl.DateTimeFormat("en-GB", { ...day, ...time, timeZone: zone });
  return (iso) => format.format(Date.parse(iso));
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
/** `950`, `1.2K`. Fractions of a run do not exist: the label of one is empty. */
export function countLabel(value: number): string {
  return Number.isInteger(value) ? compact.format(value) : "";
}

const units = [
  { ms: 86_400_000, word: "d" },
  { ms: hourMs, word: "h" },
  { ms: 60_000, word: "m" },
  { ms: 1000, word: "s" },
];
/** A duration for an axis, at most one decimal: `250 ms`, `1.5 s`, `2 m`. */
export function durationLabel(ms: number): string {
  if (ms === 0) return "0";
  const unit = units.find((candidate) => ms >= candidate.ms);
  return unit ? `${Number((ms / unit.ms).toFixed(1))} ${unit.word}` : `${Number(ms.toFixed(1))} ms`;
}
