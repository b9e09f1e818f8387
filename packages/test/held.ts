/** Answers of the app that are held back until the world's clock has come to where they go on. */
import type { DurationMs, Instant } from "@stepwell/core";
import type { Clock } from "@stepwell/engine";

export interface Held {
  /** Resolves once the clock has moved on by this much. */
  back(ms: DurationMs): Promise<void>;
  count(): number;
  /** When the earliest goes on; null: none is held. */
  next(): Instant | null;
}

export function createHeld(clock: Clock): Held {
  const until = new Set<{ at: Instant }>();
  return {
    back(ms) {
      const one = { at: clock.now() + ms };
      until.add(one);
      return new Promise((resolve) => {
        clock.at(one.at, () => {
          until.delete(one);
          resolve();
        });
      });
    },
    count: () => until.size,
    next: () => (until.size === 0 ? null : Math.min(...[...until].map(({ at }) => at))),
  };
}
