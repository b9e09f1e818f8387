/**
 * Seeds a file for the bench of lists and asks the store for pages of it, one after another. Says what it is doing;
 * its last line is the result. Argument: a `ListOrder` as JSON. Prints `Timed[]`.
 */
import { createChance, createClock, createEngine, createTransport } from "@stepwell/engine";
import { createServer, type StepwellServer } from "@stepwell/server";
import type { Store } from "@stepwell/store";
import { openSqliteStore } from "@stepwell/store-sqlite";
import { type Look, looksAtApi, looksAtStore } from "./list-looks.ts";
import { seedLists } from "./list-seed.ts";
import { type Durability, fileMb } from "./place.ts";
import { quantile } from "./report.ts";

export interface ListOrder {
  file: string;
  durability: Durability;
  runs: number;
  /** Rows of a page. */
  page: number;
  /** How often each list is asked for, and how often before that. */
  times: number;
  warmUp: number;
  /** Where counts end. */
  most: number;
}

export interface Timed {
  name: string;
  /** Rows of the fullest page, or the highest count. */
  rows: number;
  ms: number[];
}

const order = JSON.parse(process.argv[2] ?? "") as ListOrder;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const seeded = await seedLists(order.file, order.runs, Date.now(), say);
say(`seeded in ${seeded.seconds.toFixed(0)} s, ${fileMb(order.file).toFixed(0)} MiB`);
const store = await openSqliteStore({ file: order.file, durability: order.durability });
const timed: Timed[] = [];
const server = await serverOn(store);
const looks = { ...looksAtStore(store, order, seeded), ...looksAtApi(server, order) };
for (const [name, look] of Object.entries(looks)) {
  const one = await time(name, look);
  timed.push(one);
  say(`${name}: p95 ${quantile(one.ms, 0.95).toFixed(2)} ms`);
}
await store.close();
process.stdout.write(JSON.stringify(timed));

async function time(name: string, look: Look): Promise<Timed> {
  const ms: number[] = [];
  let rows = 0;
  for (let n = -order.warmUp; n < order.times; n += 1) {
    const began = performance.now();
    const found = await look(n + order.warmUp);
    const took = performance.now() - began;
    if (n >= 0) ms.push(took);
    rows = Math.max(rows, found);
  }
  return { name, rows, ms };
}

/** The server of `stepwell dev` on an engine that reads and runs nothing. */
async function serverOn(store: Store): Promise<StepwellServer> {
  const clock = await createClock(store);
  const chance = createChance();
  const log = (): void => {};
  const engine = createEngine({
    store,
    clock,
    chance,
    transport: createTransport({ allowLinkLocal: false, connections: 1 }),
    node: chance.id(clock.now()),
    mode: "dev",
    signingKey: null,
    queueWorkers: 1,
    requestTimeoutMs: 10_000,
    retryIntervalMs: null,
    maxSteps: 1000,
    maxPendingEvents: 1000,
    log,
  });
  return createServer({
    engine,
    mode: "dev",
    eventKeys: [],
    signingKeys: [],
    allowedHosts: [],
    maxBodyBytes: 1 << 20,
    version: "bench",
    startOptions: {},
    log,
  });
}
