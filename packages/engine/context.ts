/** What the parts of the engine share: the outside world, the registry, and the one way to commit. */
import type { Change, Moment } from "@stepwell/core";
import { type Ask, type Decision, type Seen, StoreError } from "@stepwell/store";
import { type ChangeFeed, createChangeFeed } from "./changes.ts";
import type { EngineOptions } from "./engine-port.ts";
import { createRegistry, type Registry } from "./registry.ts";

export interface Context {
  readonly options: EngineOptions;
  readonly registry: Registry;
  readonly changes: ChangeFeed;
  /** One transaction; the moment is made when its turn comes. */
  commit<A extends Ask, R>(ask: A, decide: (seen: Seen<A>, moment: Moment) => Decision<R>): Promise<R>;
  now(): number;
  /** The last refusal of the store; null once a commit has gone through. */
  storeTrouble(): string | null;
  /** From here on, what is in flight is left to the next start: that a request was cut off is no failure of the app. */
  leave(): void;
  hasLeft(): boolean;
  /** Lets everything else that is ready have its turn. */
  breathe(): Promise<void>;
  /** Waits for a timer, or until the engine leaves; the timer is cancelled then. */
  whenLeftOr(set: (resolve: () => void) => () => void): Promise<void>;
}

export function createContext(options: EngineOptions): Context {
  const { store, clock, chance } = options;
  let trouble: string | null = null;
  let left = false;
  const waiting = new Set<() => void>();
  const changes = createChangeFeed(options.log);
  const moment = (): Moment => {
    const now = clock.now();
    return { now, id: () => chance.id(now), roll: () => chance.roll() };
  };
  return {
    options,
    registry: createRegistry(),
    changes,
    now: () => clock.now(),
    storeTrouble: () => trouble,
    leave: () => {
      left = true;
      for (const end of waiting) end();
    },
    hasLeft: () => left,
    breathe: options.breathe ?? (() => new Promise((resolve) => setImmediate(resolve))),
    whenLeftOr: (set) =>
      new Promise<void>((resolve) => {
        const end = (): void => {
          waiting.delete(end);
          cancel();
          resolve();
        };
        const cancel = set(end);
        waiting.add(end);
      }),
    async commit(ask, decide) {
      try {
        let written: readonly Change[] = [];
        const reply = await store.commit(ask, clock.now(), (seen) => {
          const decision = decide(seen, moment());
          written = decision.write;
          return decision;
        });
        if (changes.followed) changes.tell(written);
        if (trouble !== null)
          options.log({ level: "info", event: "store.recovered", message: "the store writes again" });
        trouble = null;
        return reply;
      } catch (error) {
        if (error instanceof StoreError && trouble !== error.message) {
          trouble = error.message;
          options.log({ level: "error", event: "store.refused", message: error.message, code: error.code });
        }
        throw error;
      }
    },
  };
}
