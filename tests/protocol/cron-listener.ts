/** Functions that write their cron events down, and a clock that is moved to just before a tick. */
import type { Inngest } from "./sdk.ts";
import { until, type World } from "./world.ts";

export const MINUTE = 60_000;

/** A cron event as a function gets it. */
export interface Tick {
  name: string;
  id: string;
  ts: number;
  data: { cron: string; scheduledAt: string; fireAt: string };
  /** The moved time at which the app was called. */
  calledAt: number;
}

/** A function that writes its cron events down. */
export function listener(id: string, triggers: object[], ticks: Tick[], now: () => number) {
  return (client: Inngest.Any) =>
    client.createFunction({ id, triggers: triggers as [{ cron: string }] }, ({ event }) => {
      ticks.push({ ...(event as unknown as Tick), calledAt: now() });
      return event.name;
    });
}

export const moveTo = (world: World, at: number): void => world.advance(at - world.clock.now());
export const nextMinute = (at: number): number => Math.floor(at / MINUTE) * MINUTE + MINUTE;

/** Lets one tick come and waits until `count` events have been seen in all. */
export async function letTick(world: World, at: number, ticks: Tick[], count: number): Promise<void> {
  moveTo(world, at - 20);
  await until(`${count} ticks by ${new Date(at).toISOString()}`, () => ticks.length >= count);
}

export const scheduled = (ticks: Tick[]): number[] => ticks.map((tick) => Date.parse(tick.data.scheduledAt));
export const isoInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
