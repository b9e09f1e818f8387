/**
 * The functions that start by the clock, and what a page about them needs to know. A new one is
 * a file beside this and a name in the list; all the rest is read from the function itself.
 */
import type { InngestFunction } from "inngest";
import { dailyCleanup } from "./daily-cleanup.ts";

export const scheduledFunctions = [dailyCleanup];

export type ScheduledTask = {
  id: string;
  name: string;
  /** When it starts, for example "0 0 * * *" (UTC). */
  cron: string;
  /** The event that starts it by hand. */
  runNowEvent: string;
};

export const scheduledTasks: ScheduledTask[] = scheduledFunctions.map(readTask);

/** Throws if the function could not be started both ways. */
function readTask(task: InngestFunction.Any): ScheduledTask {
  const id = task.id();
  const triggers: InngestFunction.Trigger<string>[] = task.opts.triggers ?? [];
  const cron = triggers.find((trigger) => trigger.cron !== undefined)?.cron;
  const runNowEvent = `app/${id}`;
  const byHand = triggers.some(
    ({ event }) => (typeof event === "object" ? event.name : event) === runNowEvent,
  );
  if (cron === undefined || !byHand) {
    throw new Error(`The scheduled task "${id}" needs two triggers: a cron, and the event "${runNowEvent}"`);
  }
  return { id, name: task.name, cron, runNowEvent };
}
