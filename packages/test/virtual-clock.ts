/**
 * A clock that stands still until it is moved. Timers fire in the order of their times, each with the
 * clock at its own time; no timer of the machine is involved.
 */
import type { Instant } from "@stepwell/core";
import type { Clock } from "@stepwell/engine";

export interface VirtualClock extends Clock {
  /** Moves forward to `at`, firing the timers on the way; never back. */
  moveTo(at: Instant): void;
}

interface Timer {
  at: Instant;
  call: () => void;
}

/** Makes a clock that stands at `start`. */
export function createVirtualClock(start: Instant): VirtualClock {
  let now = start;
  const timers = new Set<Timer>();

  function earliest(until: Instant): Timer | null {
    let found: Timer | null = null;
    for (const timer of timers)
      if (timer.at <= until && (found === null || timer.at < found.at)) found = timer;
    return found;
  }

  return {
    now: () => now,
    at(at, call) {
      const timer: Timer = { at, call };
      timers.add(timer);
      if (at <= now)
        queueMicrotask(() => {
          if (timers.delete(timer)) call();
        });
      return () => {
        timers.delete(timer);
      };
    },
    moveTo(at) {
      for (let timer = earliest(at); timer !== null; timer = earliest(at)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.call();
      }
      now = Math.max(now, at);
    },
  };
}
