/**
 * What a page about the scheduled jobs needs to know, read from the functions themselves: a job is
 * whatever the app serves that has a cron.
 */
import type { InngestFunction } from "inngest";
import { functions } from "@/lib/inngest/functions.ts";

export type ScheduledTask = {
  id: string;
  name: string;
  /** When it starts, for example "0 0 * * *". */
  cron: string;
  /** The zone `cron` is meant in, for example "Europe/Berlin"; UTC where it names none. */
  timeZone: string;
  /** The event that starts it by hand. */
  runNowEvent: string;
};

type Trigger = InngestFunction.Trigger<string>;

export const scheduledTasks: ScheduledTask[] = readTasks(functions);

/** Throws if one of them could not be started both ways: by its one cron, and by hand. */
export function readTasks(served: readonly InngestFunction.Any[]): ScheduledTask[] {
  return served.flatMap((one) => {
    const triggers: Trigger[] = one.opts.triggers ?? [];
    const crons = triggers.flatMap(({ cron }) => cron ?? []);
    return crons.length === 0 ? [] : [readTask(one, crons, triggers)];
  });
}

function readTask(job: InngestFunction.Any, crons: string[], triggers: Trigger[]): ScheduledTask {
  const id = job.id();
  const runNowEvent = `app/${id}`;
  const byHand = triggers.some(
    ({ event }) => (typeof event === "object" ? event.name : event) === runNowEvent,
  );
  const [schedule] = crons;
  if (schedule === undefined || crons.length > 1 || !byHand) {
    throw new Error(
      `The scheduled task "${id}" needs two triggers: one cron, and the event "${runNowEvent}"`,
    );
  }
  return { id, name: job.name, ...readSchedule(schedule), runNowEvent };
}

/** A schedule may begin with its zone: "TZ=Europe/Berlin 0 3 * * *". */
function readSchedule(schedule: string): { cron: string; timeZone: string } {
  const zoned = /^TZ=(\S+)\s+(.+)$/.exec(schedule);
  return { cron: zoned?.[2] ?? schedule, timeZone: zoned?.[1] ?? "UTC" };
}
