/**
 * The gathering queue: commits that wait together share one transaction (hard-parts.md §8). No timer:
 * the event loop turns once, then everything that waits goes, first come first served. It is bounded,
 * so that a store that cannot keep up says so instead of filling the memory.
 */
import { setImmediate } from "node:timers";
import type { Instant } from "@stepwell/core";
import { type Ask, type Decision, type Hint, type Seen, type Store, StoreError } from "./port.ts";

/** A commit that waits for its turn. */
export interface Waiting {
  readonly ask: Ask;
  readonly now: Instant;
  readonly decide: (seen: Seen<Ask>) => Decision<unknown>;
}
export type Outcome = { reply: unknown } | { error: unknown };
/** What became of a group, in its order. Everything with a reply is durable. */
export interface GroupResult {
  outcomes: Outcome[];
  hint: Hint | null;
}

export interface Gathering {
  readonly commit: Store["commit"];
  readonly onHint: Store["onHint"];
  /** Takes no new commits; resolves when those that wait are done. */
  close(): Promise<void>;
}
export interface GatheringOptions {
  /** Commits in one transaction at most. */
  maxGroup?: number;
  /** Commits that may wait; one more is refused. */
  maxPending?: number;
}

interface Entry extends Waiting {
  settle(outcome: Outcome): void;
}

/** @param run commits a group; it must not throw, and no other group runs meanwhile */
export function createGathering(
  run: (group: readonly Waiting[]) => GroupResult | Promise<GroupResult>,
  options: GatheringOptions = {},
): Gathering {
  const { maxGroup = 256, maxPending = 10_000 } = options;
  const listeners = new Set<(hint: Hint) => void>();
  const idle = new Set<() => void>();
  let waiting: Entry[] = [];
  let scheduled = false;
  let closed = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => void flush());
  }

  async function flush(): Promise<void> {
    const group = waiting.slice(0, maxGroup);
    waiting = waiting.slice(maxGroup);
    const { outcomes, hint } = await attempt(group);
    group.forEach((entry, index) => entry.settle(outcomes[index] ?? { error: new Error("no outcome") }));
    scheduled = false;
    if (waiting.length > 0) schedule();
    if (hint !== null) tell(hint);
    if (!scheduled) for (const done of idle) done();
  }

  async function attempt(group: readonly Entry[]): Promise<GroupResult> {
    try {
      return await run(group);
    } catch (error) {
      return { outcomes: group.map(() => ({ error })), hint: null };
    }
  }

  function tell(hint: Hint): void {
    for (const listen of listeners)
      try {
        listen(hint);
      } catch (error) {
        process.emitWarning(`a listener to the store's hints failed: ${String(error)}`);
      }
  }

  return {
    commit<A extends Ask, R>(ask: A, now: Instant, decide: (seen: Seen<A>) => Decision<R>): Promise<R> {
      if (closed) return Promise.reject(new StoreError("store_failed", "the store is closed"));
      if (waiting.length >= maxPending)
        return Promise.reject(new StoreError("store_failed", `too many commits wait (${maxPending})`));
      return new Promise<R>((resolve, reject) => {
        waiting.push({
          ask,
          now,
          decide: decide as unknown as Waiting["decide"],
          settle: (outcome) => ("error" in outcome ? reject(outcome.error) : resolve(outcome.reply as R)),
        });
        schedule();
      });
    },
    onHint(listen) {
      const own = (hint: Hint): void => listen(hint);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    close() {
      closed = true;
      if (!scheduled) return Promise.resolve();
      return new Promise((resolve) => idle.add(resolve));
    },
  };
}
