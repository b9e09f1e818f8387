/** The real clock and real chance: the only place of the engine that asks the machine for them. */
import { randomFillSync } from "node:crypto";
import type { Store } from "@stepwell/store";
import { monotonicFactory } from "ulid";
import type { Chance, Clock, MovableClock } from "./engine-port.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The machine's clock, moved by the store's offset and by what `clock advance` has added, never below
 * what the store has seen: a clock that was set back stands still until it has caught up (ADR 0006).
 */
export async function createClock(store: Store): Promise<MovableClock> {
  const kept = await store.clock();
  let { movedMs } = kept;
  let latest = kept.floor;
  const timers = new Set<Timer>();
  const now = (): number => {
    latest = Math.max(latest, Date.now() + kept.offsetMs + movedMs);
    return latest;
  };
  return {
    now,
    at(at, call) {
      const timer: Timer = { at, call, handle: undefined };
      timers.add(timer);
      arm(timer, now, timers);
      return () => {
        clearTimeout(timer.handle);
        timers.delete(timer);
      };
    },
    movedMs: () => movedMs,
    async moveBy(ms) {
      // Where the clock stands still, it has to catch up first.
      const behind = now() - (Date.now() + kept.offsetMs + movedMs);
      const wanted = movedMs + Math.max(0, behind) + Math.max(0, Math.ceil(ms));
      // Kept before it is used: a process that dies in between starts later, never earlier.
      await store.moveClock(wanted);
      movedMs = Math.max(movedMs, wanted);
      for (const timer of timers) arm(timer, now, timers);
    },
  };
}

/** True for a clock that `advance` can move: the server's own, not one that a test moves itself. */
export function isMovable(clock: Clock): clock is MovableClock {
  return "moveBy" in clock && "movedMs" in clock;
}

interface Timer {
  at: number;
  call: () => void;
  handle: NodeJS.Timeout | undefined;
}

/** Far instants are set again, since Node's timers end after 24.8 days; so are all when the clock is moved. */
function arm(timer: Timer, now: () => number, timers: Set<Timer>): void {
  clearTimeout(timer.handle);
  const left = timer.at - now();
  timer.handle =
    left > LONGEST_TIMER_MS
      ? setTimeout(() => arm(timer, now, timers), LONGEST_TIMER_MS)
      : setTimeout(
          () => {
            timers.delete(timer);
            timer.call();
          },
          Math.max(0, left),
        );
}

/** Monotonic ULIDs and dice from the machine. */
export function createChance(): Chance {
  // One system call for thousands of characters: an id takes sixteen.
  const pool = new Uint8Array(4096);
  let at = pool.length;
  const next = monotonicFactory(() => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    const byte = pool[at] as number;
    at += 1;
    return byte / 256;
  });
  return { id: (now) => next(now), roll: () => Math.random() };
}
