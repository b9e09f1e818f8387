// The door of the intake room: what starts a function, and when. Triggers, cron ticks, durations and dates as text.

export { checkCron, jitterOf, nextTick, ticksBetween, zoneOf } from "./cron.ts";
export { parseDate } from "./date.ts";
export { MAX_SLEEP_MS, parseDuration, parseGoDuration, parseSleep, type SleepEnd } from "./duration.ts";
export { matchesName, matchTrigger } from "./match.ts";
export {
  cronWakeId,
  fireTime,
  isMissed,
  LATEST_CATCH_UP_MS,
  MISSED_ONE_BY_ONE,
  type Missed,
  missedFrom,
} from "./schedule.ts";
export { anchorsOf, matchesWait, type Placing, placeWait, SIGNAL_ANCHOR } from "./waits.ts";
