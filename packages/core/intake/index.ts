// The door of the intake room: what starts a function, and when. Triggers, cron ticks, durations and dates as text.

export { checkCron, jitterOf, nextTick, ticksBetween } from "./cron.ts";
export { parseDate } from "./date.ts";
export { MAX_SLEEP_MS, parseDuration, parseGoDuration, parseSleep, type SleepEnd } from "./duration.ts";
export { matchesName, matchTrigger } from "./match.ts";
