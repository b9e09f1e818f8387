/**
 * From the end of a call to the next run of its key, through the engine's own pump: real runs behind `limit 2
 * per key` and the shared counter, in a store that holds a million other calls in the same pool. The app is a
 * function of this process that answers when told, so that HTTP is not in the numbers.
 */
import type { Change, FunctionConfig, FunctionRow } from "@stepwell/core";
import { type CallResponse, createChance, createClock, createEngine, type Engine } from "@stepwell/engine";
import type { Ask, Decision, Seen, Store } from "@stepwell/store";
import { until } from "./child.ts";
import type { Released } from "./claim-order.ts";
import { limitsOf, SHARING } from "./claim-queue.ts";

const APP = "http://127.0.0.1:1/api";
const PROBE = "probe";
const KEYS = 20;
/** Two are out for each key, and so many wait behind them. */
const RUNS_PER_KEY = 2;

interface Call {
  key: number;
  at: number;
  answer(): void;
}

export interface Shop {
  engine: Engine;
  functions: ReadonlyMap<string, FunctionRow>;
  release(count: number): Promise<Released>;
}

function config(name: string, concurrency: FunctionConfig["concurrency"]): FunctionConfig {
  const slug = `bench-${name}`;
  const triggers = [{ event: `bench/${name}` }];
  return { slug, name, triggers, url: `${APP}?fnId=${slug}`, maxAttempts: 1, concurrency };
}

/** Starts an engine over the store and syncs the functions; nobody has sent it anything yet. */
export async function openShop(store: Store): Promise<Shop> {
  const marks = { freedAt: new Map<string, number[]>(), leasedMs: [] as number[] };
  const calls: Call[] = [];
  const trouble: string[] = [];
  let heard: () => void = () => {};
  const clock = await createClock(store);
  const chance = createChance();
  const engine = createEngine({
    store: watched(store, marks),
    clock,
    chance,
    transport: {
      send: ({ body }) =>
        new Promise((resolve) => {
          const { event } = JSON.parse(body) as { event: { data: { user: number } } };
          calls.push({ key: event.data.user, at: performance.now(), answer: () => resolve(returned) });
          heard();
        }),
      close: async () => {},
    },
    node: chance.id(clock.now()),
    mode: "dev",
    signingKey: null,
    queueWorkers: 4 * KEYS,
    requestTimeoutMs: 3_600_000,
    retryIntervalMs: null,
    maxSteps: 1000,
    maxPendingEvents: 20_000,
    log: ({ level, message }) => {
      if (level === "error") trouble.push(message);
    },
  });
  await engine.start();
  const sharing = { ...SHARING, [PROBE]: limitsOf(10_000) };
  await engine.sync({
    appName: "bench",
    url: APP,
    sdk: "js:v4",
    framework: null,
    platform: null,
    env: null,
    appVersion: null,
    functions: Object.entries(sharing).map(([name, limits]) => config(name, limits)),
    checksum: "1",
  });
  const rows = await store.read.functions();
  const functions = new Map(rows.map((fn) => [fn.slug.slice("bench-".length), fn]));

  async function callOf(key: number, after: number): Promise<Call> {
    for (;;) {
      const found = calls.find((one) => one.key === key && one.at >= after);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  }

  async function send(key: number): Promise<void> {
    const id = engine.newId();
    const body = { data: { user: key } };
    await engine.receive([{ id, externalId: id, name: `bench/${PROBE}`, ts: clock.now(), body }]);
  }

  return {
    engine,
    functions,
    async release(count) {
      for (let n = 0; n < KEYS * (2 + RUNS_PER_KEY); n += 1) await send(n % KEYS);
      for (let key = 0; key < KEYS; key += 1) await callOf(key, 0);
      await settled(engine, 2 * KEYS, trouble);
      // The lanes of what is paused have been looked at and put aside.
      await until("the pool is at rest", 60_000, async () => (await store.read.readyPools()).length === 0);
      const calledMs: number[] = [];
      marks.leasedMs.length = 0;
      for (let n = 0; n < count; n += 1) {
        const key = n % KEYS;
        const ending = await callOf(key, 0);
        calls.splice(calls.indexOf(ending), 1);
        const before = performance.now();
        ending.answer();
        calledMs.push((await callOf(key, before)).at - before);
        // The next round of this key is under way before it is asked for again, and nothing else is.
        await send(key);
        await settled(engine, 2 * KEYS, trouble);
      }
      return { calledMs, leasedMs: marks.leasedMs.slice(0, count) };
    },
  };
}

const returned: CallResponse = {
  status: 200,
  headers: { "x-inngest-sdk": "inngest-js:v4.24.0", "x-inngest-req-version": "2" },
  body: "null",
  url: APP,
};

/** So many calls are out and nothing else is being done. */
async function settled(engine: Engine, calls: number, trouble: readonly string[]): Promise<void> {
  const end = performance.now() + 30_000;
  for (let still = 0; still < 3; ) {
    if (trouble.length > 0) throw new Error(`the engine says: ${trouble.join("; ")}`);
    if (performance.now() > end)
      throw new Error(`${engine.health().callsInFlight} calls are out, not ${calls}, for 30 s`);
    still = engine.health().callsInFlight === calls ? still + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Marks, per lane, from the durable end of one call to the durable lease of the next. */
function watched(inner: Store, marks: { freedAt: Map<string, number[]>; leasedMs: number[] }): Store {
  return {
    ...inner,
    async commit<A extends Ask, R>(ask: A, now: number, decide: (seen: Seen<A>) => Decision<R>): Promise<R> {
      let write: readonly Change[] = [];
      let lane: string | null = null;
      const reply = await inner.commit(ask, now, (seen) => {
        const decision = decide(seen);
        write = decision.write;
        lane = (seen as { lease?: { lane: string } | null }).lease?.lane ?? null;
        return decision;
      });
      const at = performance.now();
      for (const change of write) {
        if ("update" in change && change.update === "leases" && lane !== null)
          marks.freedAt.set(lane, [...(marks.freedAt.get(lane) ?? []), at]);
        if (!("insert" in change) || change.insert !== "leases") continue;
        const freed = marks.freedAt.get(change.row.lane)?.shift();
        if (freed !== undefined) marks.leasedMs.push(at - freed);
      }
      return reply;
    },
  };
}
