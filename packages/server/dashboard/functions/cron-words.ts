/** A cron expression in plain words, with its zone. The next ticks come from the scheduler's own engine, not from here. */
import { zoneOf } from "@stepwell/core";
import cronstrue from "cronstrue";

const ZONE_PREFIX = /^\s*(?:CRON_)?TZ=\S*\s*/;

/**
 * What an expression says: `At 02:30, every day (Europe/Berlin)`.
 * @param cron as the app wrote it, perhaps with `TZ=` (semantics §3.4)
 */
export function cronWords(cron: string): string {
  return `${whenWords(cron.replace(ZONE_PREFIX, "").trim())} (${zoneOf(cron) ?? "UTC"})`;
}

function whenWords(fields: string): string {
  const said = cronstrue.toString(fields, { use24HourTimeFormat: true, throwExceptionOnParseError: false });
  const [, , day = "*", month = "*", weekday = "*"] = fields.split(/\s+/);
  const free = (field: string): boolean => field === "*" || field === "?";
  // Without this, a daily time would be told without how often it comes.
  if (said.startsWith("At ") && free(day) && free(month) && free(weekday)) return `${said}, every day`;
  // Both restricted: either may match (semantics §3.4); "and" would sound like both.
  return free(day) || free(weekday) ? said : said.replace(", and on ", ", or on ");
}
