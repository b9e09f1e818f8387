/** A clock that runs with real time and can be moved forward: the same port that the server's own clock fills. */
import type { Clock } from "@stepwell/engine";

export interface TestClock extends Clock {
  /** Moves the clock forward; timers that become due fire at once. */
  advance(ms: number): void;
}

export function createTestClock(): TestClock {
  let offset = 0;
  const timers = new Set<{ at: number; call: () => void; handle: NodeJS.Timeout }>();
  const now = (): number => Date.now() + offset;
  const arm = (timer: { at: number; call: () => void; handle: NodeJS.Timeout }): void => {
    clearTimeout(timer.handle);
    const left = Math.min(Math.max(0, timer.at - now()), 2 ** 31 - 1);
    timer.handle = setTimeout(() => {
      if (timer.at > now()) return arm(timer);
      timers.delete(timer);
      timer.call();
    }, left);
  };
  return {
    now,
    at(at, call) {
      const timer = { at, call, handle: setTimeout(() => {}, 0) };
      timers.add(timer);
      arm(timer);
      return () => {
        clearTimeout(timer.handle);
        timers.delete(timer);
      };
    },
    advance(ms) {
      offset += ms;
      for (const timer of timers) arm(timer);
    },
  };
}
