/**
 * The gathering queue (hard-parts.md §4): a free connection takes what is waiting, no timer. Two commits
 * that lock the same thing are done in the order of asking: one waits here while the other is under way on
 * another connection, or comes in a later round of the same transaction. A claim comes after everything
 * before it, since it looks at what the others leave behind without naming it.
 */
import { setImmediate } from "node:timers";
import {
  type Ask,
  type Decision,
  type GroupResult,
  type Hint,
  type Outcome,
  type Seen,
  type Store,
  StoreError,
  type Waiting,
} from "@stepwell/store";
import { keysOf } from "./locks.ts";

/** A commit with its place in a group: all of a round see, decide and write together. */
export interface Planned extends Waiting {
  readonly round: number;
}
export interface GatheringOptions {
  /** Groups under way at once. */
  connections: number;
  /** Commits that may wait; one more is refused. */
  maxPending: number;
}
export interface Gathering {
  readonly commit: Store["commit"];
  /** Takes no new commits; resolves when those that wait are done. */
  close(): Promise<void>;
}

const MAX_GROUP = 64;
const MAX_ROUNDS = 8;
/** Names locked by one transaction, unless one commit alone asks for more: the server's table of locks is finite. */
const MAX_KEYS = 500;
/** How far a group looks for commits that nothing holds up. */
const MAX_LOOKED_AT = 1000;

interface Entry extends Waiting {
  readonly keys: readonly string[];
  settle(outcome: Outcome): void;
}
interface Taken {
  entry: Entry;
  round: number;
}

/**
 * @param run commits a group, whose rounds never go down; it must not throw
 * @param tell is called with what the group has made possible, after its commits are settled
 */
export function createGathering(
  run: (group: readonly Planned[]) => Promise<GroupResult>,
  tell: (hint: Hint) => void,
  { connections, maxPending }: GatheringOptions,
): Gathering {
  const idle = new Set<() => void>();
  const held = new Set<string>();
  let waiting: Entry[] = [];
  let running = 0;
  let scheduled = false;
  let closed = false;

  function schedule(): void {
    if (scheduled || waiting.length === 0 || running >= connections) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      start();
    });
  }

  function start(): void {
    while (running < connections) {
      const { group, rest } = takeGroup(waiting, held);
      if (group.length === 0) return;
      waiting = rest;
      void flush(group);
    }
  }

  async function flush(group: readonly Taken[]): Promise<void> {
    running += 1;
    const keys = group.flatMap(({ entry }) => entry.keys);
    for (const key of keys) held.add(key);
    const { outcomes, hint } = await attempt(group);
    for (const key of keys) held.delete(key);
    running -= 1;
    group.forEach(({ entry }, index) => entry.settle(outcomes[index] ?? { error: new Error("no outcome") }));
    if (hint !== null) tell(hint);
    schedule();
    if (running === 0 && waiting.length === 0) for (const done of idle) done();
  }

  async function attempt(group: readonly Taken[]): Promise<GroupResult> {
    try {
      return await run(group.map(({ entry: { ask, now, decide }, round }) => ({ ask, now, decide, round })));
    } catch (error) {
      return { outcomes: group.map(() => ({ error })), hint: null };
    }
  }

  return {
    commit<A extends Ask, R>(ask: A, now: number, decide: (seen: Seen<A>) => Decision<R>): Promise<R> {
      if (closed) return Promise.reject(new StoreError("store_failed", "the store is closed"));
      if (waiting.length >= maxPending)
        return Promise.reject(new StoreError("store_failed", `too many commits wait (${maxPending})`));
      return new Promise<R>((resolve, reject) => {
        waiting.push({
          ask,
          now,
          decide: decide as unknown as Waiting["decide"],
          keys: keysOf(ask),
          settle: (outcome) => ("error" in outcome ? reject(outcome.error) : resolve(outcome.reply as R)),
        });
        schedule();
      });
    },
    close() {
      closed = true;
      if (running === 0 && waiting.length === 0) return Promise.resolve();
      return new Promise((resolve) => idle.add(resolve));
    },
  };
}

/** It looks at nothing, so it may write anything: who comes behind it in a group looks after it has written. */
function isBlind(ask: Ask): boolean {
  return Object.values(ask).every((part) => part === undefined);
}

/**
 * The next group: first come first served, but for what must wait for another. What is passed over holds its
 * names against those behind it.
 */
export function takeGroup(
  waiting: readonly Entry[],
  underWay: ReadonlySet<string>,
): { group: Taken[]; rest: Entry[] } {
  const group: Taken[] = [];
  const rest: Entry[] = [];
  const passedOver = new Set<string>();
  const roundOf = new Map<string, number>();
  let keys = 0;
  let lastRound = 0;
  let blindRound = -1;
  for (const [index, entry] of waiting.entries()) {
    const full = group.length >= MAX_GROUP || (group.length > 0 && keys + entry.keys.length > MAX_KEYS);
    if (full || index >= MAX_LOOKED_AT) {
      rest.push(...waiting.slice(index));
      break;
    }
    const waits = entry.keys.some((key) => underWay.has(key) || passedOver.has(key));
    const after = Math.max(-1, ...entry.keys.map((key) => roundOf.get(key) ?? -1));
    const round = isBlind(entry.ask)
      ? lastRound
      : entry.ask.pool !== undefined && group.length > 0
        ? lastRound + 1
        : Math.max(after, blindRound) + 1;
    if (waits || round >= MAX_ROUNDS) {
      rest.push(entry);
      for (const key of entry.keys) passedOver.add(key);
      continue;
    }
    group.push({ entry, round });
    keys += entry.keys.length;
    lastRound = Math.max(lastRound, round);
    if (isBlind(entry.ask)) blindRound = round;
    for (const key of entry.keys) roundOf.set(key, round);
  }
  return { group: group.sort((a, b) => a.round - b.round), rest };
}
