/** What values and fields of a filter mean. Pure: browsers load it. */

/** A value of a term. */
export interface Value {
  text: string;
  /** `*` in it stands for any characters. */
  glob: boolean;
}

/** Whether a text is what a value asks for. */
export function matchesValue({ text, glob }: Value, found: string): boolean {
  if (!glob) return found === text;
  const parts = text.split("*");
  const last = parts.pop() ?? "";
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const next = index === 0 ? (found.startsWith(part) ? 0 : -1) : found.indexOf(part, at);
    if (next < 0) return false;
    at = next + part.length;
  }
  return found.length - last.length >= at && found.endsWith(last);
}

/** `event.data."a b".0` → its keys. */
export function pathOf(field: string): string[] {
  const keys = [...field.matchAll(/(?:^|\.)(?:"((?:\\.|[^"\\])*)"|([^."]*))/g)];
  return keys.map(([, quoted, bare = ""]) => quoted?.replace(/\\(.)/g, "$1") ?? bare);
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `90s`, `1h30m`, `250ms` in milliseconds; null: it is no duration. */
export function durationOf(text: string): number | null {
  if (!/^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|[smhdw]))+$/.test(text)) return null;
  const parts = text.matchAll(/([\d.]+)(ms|[smhdw])/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * unitMs[unit as "s"], 0);
}

/** `>5s`, `<=2m`; null: it is none. */
export function comparisonOf(text: string): { is: "<" | "<=" | ">" | ">="; ms: number } | null {
  const [, is, rest = ""] = /^([<>]=?)(.*)$/.exec(text) ?? [];
  const ms = durationOf(rest);
  return is === undefined || ms === null ? null : { is: is as "<", ms };
}

/** Epoch milliseconds of `24h` (back from `now`) or of an ISO time (UTC where it names no zone); null: neither. */
export function instantOf(text: string, now: number): number | null {
  const ago = durationOf(text);
  if (ago !== null) return isTime(now - ago) ? Math.round(now - ago) : null;
  const [, day, clock = "T00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const at = Date.parse(`${day}${clock}${zone}`);
  return day !== undefined && isTime(at) && isDay(day) ? at : null;
}

/** What a date can be, and so what every store can compare with. */
function isTime(at: number): boolean {
  return !Number.isNaN(new Date(at).getTime());
}

/** Not 31 February, which `Date` takes for a day of March. */
function isDay(day: string): boolean {
  const at = new Date(day);
  return isTime(at.getTime()) && at.toISOString().startsWith(day);
}
