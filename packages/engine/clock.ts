/** The real clock and real chance: the only place of the engine that asks the machine for them. */
import { randomBytes } from "node:crypto";
import type { Store } from "@stepwell/store";
import { monotonicFactory } from "ulid";
import type { Chance, Clock } from "./engine-port.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The machine's clock, moved by the store's offset and never below what the store has seen: a clock
 * that was set back stands still until it has caught up (ADR 0006).
 */
export async function createClock(store: Store): Promise<Clock> {
  const { offsetMs, floor } = await store.clock();
  let latest = floor;
  const now = (): number => {
    latest = Math.max(latest, Date.now() + offsetMs);
    return latest;
  };
  return { now, at: (at, call) => timerAt(now, at, call) };
}

/** A timer for an instant; far ones are set again, since Node's timers end after 24.8 days. */
function timerAt(now: () => number, at: number, call: () => void): () => void {
  let timer: NodeJS.Timeout;
  const set = (): void => {
    const left = at - now();
    timer = left > LONGEST_TIMER_MS ? setTimeout(set, LONGEST_TIMER_MS) : setTimeout(call, Math.max(0, left));
  };
  set();
  return () => clearTimeout(timer);
}

/** Monotonic ULIDs and dice from the machine. */
export function createChance(): Chance {
  const next = monotonicFactory(() => (randomBytes(1)[0] as number) / 256);
  return { id: (now) => next(now), roll: () => Math.random() };
}
