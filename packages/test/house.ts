/** What a world is made of: one store and one clock that last, and an engine that may die and start again. */
import { createEngine, type Engine, type LogEntry, type Transport } from "@stepwell/engine";
import { createServer, type StepwellServer } from "@stepwell/server";
import { createMemoryStore, type Store } from "@stepwell/store";
import { createChance, type Dice } from "./dice.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import { type WatchedStore, watchStore } from "./watched-store.ts";

export interface HouseOptions {
  clock: VirtualClock;
  dice: Dice;
  transport: Transport;
  /** Most calls in flight at once. */
  queueWorkers: number;
  log: (entry: LogEntry) => void;
}
export interface House {
  readonly store: WatchedStore;
  /** The one that lives now. */
  engine(): Engine;
  server(): StepwellServer;
  /** The engine dies with everything it was doing, and another one starts on what was stored. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** A call never takes this long: there is no real time in a world. */
const REQUEST_TIMEOUT_MS = 2 * 3_600_000;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

export async function openHouse(options: HouseOptions): Promise<House> {
  const { clock, dice, transport, queueWorkers } = options;
  const store = watchStore(createMemoryStore());
  const chance = createChance(dice);
  const build = (): { engine: Engine; server: StepwellServer; die: () => void } => {
    const life = { over: false };
    const log = (entry: LogEntry): void => {
      if (!life.over) options.log(entry);
    };
    const engine = createEngine({
      store: mortal(store, life),
      clock,
      chance,
      transport,
      node: chance.id(clock.now()),
      mode: "dev",
      signingKey: null,
      queueWorkers,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      retryIntervalMs: null,
      maxSteps: 1000,
      maxPendingEvents: 20_000,
      log,
    });
    const server = createServer({
      engine,
      mode: "dev",
      eventKeys: [],
      signingKeys: [],
      allowedHosts: [],
      maxBodyBytes: MAX_BODY_BYTES,
      version: "test",
      startOptions: {},
      log,
    });
    const die = (): void => {
      life.over = true;
    };
    return { engine, server, die };
  };
  let now = build();
  let crashes = Promise.resolve();
  await store.migrate();
  await now.engine.start();
  return {
    store,
    engine: () => now.engine,
    server: () => now.server,
    crash() {
      // One after the other: an engine that is just starting would live on beside the next one.
      crashes = crashes.then(async () => {
        now.die();
        await now.engine.stop(0);
        now = build();
        await now.engine.start();
      });
      return crashes;
    },
    async close() {
      await now.engine.stop(0);
      await store.close();
    },
  };
}

/** What a dead engine would still have written is never written: the next one has looked at what there was. */
function mortal(store: WatchedStore, life: { readonly over: boolean }): Store {
  return {
    ...store,
    commit: (ask, now, decide) =>
      store.commit(ask, now, (seen) => {
        if (life.over) throw new Error("the process has died");
        return decide(seen);
      }),
  };
}
