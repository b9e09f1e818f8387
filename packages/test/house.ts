/** What a world is made of: one store and one clock that last, and an engine that may die and start again. */
import { createEngine, type Engine, type LogEntry, type Transport } from "@stepwell/engine";
import { createServer, type StepwellServer } from "@stepwell/server";
import { createMemoryStore } from "@stepwell/store";
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
  const { clock, dice, transport, queueWorkers, log } = options;
  const store = watchStore(createMemoryStore());
  const chance = createChance(dice);
  const build = (): { engine: Engine; server: StepwellServer } => {
    const engine = createEngine({
      store,
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
    return { engine, server };
  };
  let now = build();
  await store.migrate();
  await now.engine.start();
  return {
    store,
    engine: () => now.engine,
    server: () => now.server,
    async crash() {
      await now.engine.stop(0);
      now = build();
      await now.engine.start();
    },
    async close() {
      await now.engine.stop(0);
      await store.close();
    },
  };
}
