/** Instants and durations as words. Pure: the time now and the zone come from the caller. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A duration in milliseconds in at most two units: `340 ms`, `4.2 s`, `3 m 20 s`, `2 d 4 h`.
 * Null is a dash: there is none yet.
 */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  const rest = Math.max(0, Math.round(ms));
  if (rest < SECOND) return `${rest} ms`;
  if (rest < 10 * SECOND) return `${trim(rest / SECOND, 2)} s`;
  if (rest < MINUTE) return `${trim(Math.floor(rest / 100) / 10, 1)} s`;
  if (rest < HOUR) return two(rest, MINUTE, "m", SECOND, "s");
  if (rest < DAY) return two(rest, HOUR, "h", MINUTE, "m");
  return two(rest, DAY, "d", HOUR, "h");
}

/** The same for a time that is still running: whole seconds, which is what a clock that ticks can tell. */
export function formatElapsed(ms: number): string {
  return formatDuration(ms < SECOND ? ms : Math.floor(ms / SECOND) * SECOND);
}

function trim(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, "");
}

function two(ms: number, big: number, bigUnit: string, small: number, smallUnit: string): string {
  const whole = Math.floor(ms / big);
  const part = Math.floor((ms % big) / small);
  return part === 0 ? `${whole} ${bigUnit}` : `${whole} ${bigUnit} ${part} ${smallUnit}`;
}

/** How far an instant is from now, in one unit: `just now`, `12 s ago`, `in 3 h`, `yesterday` is `1 d ago`. */
export function formatRelative(at: number, now: number): string {
  const apart = Math.abs(now - at);
  if (apart < 2 * SECOND) return "just now";
  const text = oneUnit(apart);
  return at > now ? `in ${text}` : `${text} ago`;
}

function oneUnit(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  if (ms < 100 * DAY) return `${Math.round(ms / DAY)} d`;
  return `${Math.round(ms / (30 * DAY))} mo`;
}

/** After how many milliseconds the relative text may be another one. */
export function relativeStepMs(at: number, now: number): number {
  const apart = Math.abs(now - at);
  if (apart < MINUTE) return SECOND;
  return apart < HOUR ? 15 * SECOND : MINUTE;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { ...options, ...(zone !== "local" && { timeZone: zone }) });
  formats.set(key, made);
  return made;
}

const FULL: Intl.DateTimeFormatOptions = {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  timeZoneName: "shortOffset",
};

/**
 * An instant in full, with milliseconds and the zone's offset.
 * @param zone `local`, `UTC` or an IANA name.
 */
export function formatAbsolute(at: string | number | Date, zone: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? "–"
    : formatIn(zone, FULL)
        .format(date)
        .replace(/GMT(?:\+0$)?/, "UTC");
}

/** An instant for a narrow column: the time today, else with the day: `14:02:11`, `24 Nov 14:02`. */
export function formatShort(at: string | number | Date, zone: string, now: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  const day = formatIn(zone, { day: "numeric", month: "short", year: "numeric" });
  const time = (options: Intl.DateTimeFormatOptions) => formatIn(zone, options).format(date);
  if (day.format(date) === day.format(now))
    return time({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const sameYear = date.getUTCFullYear() === new Date(now).getUTCFullYear();
  return `${time({ day: "numeric", month: "short", ...(!sameYear && { year: "numeric" }) })} ${time({ hour: "2-digit", minute: "2-digit" })}`;
}

/** The zone as people read it: `UTC`, or the browser's own name. */
export function zoneName(zone: string): string {
  return zone === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
}

/** Bytes in one unit: `980 B`, `1.2 KB`, `34 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? trim(value, 1) : Math.round(value)} ${units[unit]}`;
}

/** A count with thin groups, and a plus where it stopped: `1,204`, `10,000+`. */
export function formatCount(count: number | { count: number; capped: boolean }): string {
  const { count: value, capped } = typeof count === "number" ? { count, capped: false } : count;
  return `${value.toLocaleString("en-US")}${capped ? "+" : ""}`;
}
