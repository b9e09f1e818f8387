/** When a cron expression fires, in words and as the next moment. */
import { Cron } from "croner";
import cronstrue from "cronstrue";

/** "Every 5 minutes", "At 09:00, every day". */
export function sayCron(cron: string): string {
  // The long form says "every day" where an hour is given, and too much where none is.
  const hasFixedHour = /^\S+ \d+ /.test(cron);
  return cronstrue.toString(cron, { use24HourTimeFormat: true, verbose: hasFixedHour });
}

/** The first moment after `from`; undefined for one that never comes (31 February). */
export function nextTick(cron: string, timeZone: string, from: Date): Date | undefined {
  return new Cron(cron, { timezone: timeZone, mode: "5-part" }).nextRun(from) ?? undefined;
}
