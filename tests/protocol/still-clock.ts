/** A clock that stands still until it is moved: "5 s later" is exact on any machine. */
import type { Clock } from "@stepwell/engine";
import type { TestClock } from "./test-clock.ts";

export interface StillClock extends TestClock {
  /** Never back. */
  moveTo(at: number): void;
}

/** Timers fire in the order of their times, each at the instant at which the clock has been put. */
export function createStillClock(start: number = Math.ceil(Date.now() / 1000) * 1000): StillClock {
  let now = start;
  const timers = new Set<{ at: number; call: () => void }>();
  const fire = (timer: { at: number; call: () => void }): void => {
    if (timers.delete(timer)) timer.call();
  };
  const clock: Clock = {
    now: () => now,
    at(at, call) {
      const timer = { at, call };
      timers.add(timer);
      if (at <= now) setImmediate(() => fire(timer));
      return () => timers.delete(timer);
    },
  };
  const moveTo = (at: number): void => {
    now = Math.max(now, at);
    for (const timer of [...timers].filter((one) => one.at <= now).sort((a, b) => a.at - b.at)) fire(timer);
  };
  return { ...clock, advance: (ms) => moveTo(now + ms), moveTo };
}
