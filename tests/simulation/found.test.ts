/** What the simulation has found, each as the smallest case that shows it. */
import type { FunctionConfig, Json } from "@stepwell/core";
import { type CallResponse, type Clock, createChance, createEngine, type Engine } from "@stepwell/engine";
import type { Registration } from "@stepwell/protocol";
import { createMemoryStore, type Reads, type Store, StoreError } from "@stepwell/store";
import { describe, expect, test } from "vitest";
import { hashOf } from "./program.ts";

const config: FunctionConfig = {
  slug: "sim-f",
  name: "f",
  triggers: [{ event: "t/e" }],
  url: "http://app.test/api?fnId=sim-f&stepId=step",
  maxAttempts: 1,
  concurrency: [],
};
const registration = (change: Partial<FunctionConfig> = {}): Registration => ({
  appName: "sim",
  url: "http://app.test/api",
  sdk: "js:v4",
  framework: null,
  platform: null,
  env: null,
  appVersion: null,
  functions: [{ ...config, ...change }],
  checksum: JSON.stringify(change),
});
const ops = (body: Json): CallResponse => ({
  status: 206,
  headers: { "x-inngest-sdk": "inngest-js:v4.0.0", "x-inngest-req-version": "2" },
  body: JSON.stringify(body),
  url: "http://app.test/api",
});

const NOON = 1_772_366_400_000;
const standing: Clock = { now: () => NOON, at: (_, call) => (setImmediate(call), () => {}) };

/** A clock that goes on when it is told to. */
function createHandClock(): { clock: Clock; advance(ms: number): void } {
  let now = NOON;
  const timers = new Set<{ at: number; call: () => void }>();
  const fire = (): void => {
    for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.call();
  };
  return {
    clock: {
      now: () => now,
      at(at, call) {
        const timer = { at, call };
        timers.add(timer);
        setImmediate(fire);
        return () => timers.delete(timer);
      },
    },
    advance(ms) {
      now += ms;
      setImmediate(fire);
    },
  };
}

async function open(store: Store, answer: () => Promise<CallResponse>, clock = standing): Promise<Engine> {
  const engine = createEngine({
    store,
    clock,
    chance: createChance(),
    transport: { send: answer, close: async () => {} },
    node: "n",
    mode: "dev",
    signingKey: null,
    queueWorkers: 10,
    requestTimeoutMs: 1000,
    retryIntervalMs: null,
    maxSteps: 1000,
    maxPendingEvents: 100,
    log: () => {},
  });
  await engine.start();
  return engine;
}

async function send(engine: Engine): Promise<string> {
  const id = engine.newId();
  await engine.receive([{ id, externalId: id, name: "t/e", ts: engine.now(), body: { data: {} } }]);
  return id;
}

const signalOp = (id: string) => ({
  id: hashOf(id),
  op: "WaitForSignal",
  name: "a",
  displayName: id,
  opts: { signal: "a", timeout: "1h", conflict: "replace" },
  userland: { id },
  data: null,
});

/** A run that waits for signals, or has ended because of them. */
async function waiting(body: Json): Promise<{ engine: Engine; status: string; runId: string }> {
  const store = createMemoryStore();
  const engine = await open(store, async () => ops(body));
  await engine.sync(registration());
  const eventId = await send(engine);
  const last = async (): Promise<string> => {
    const [run] = await store.read.eventRuns(eventId);
    return run === undefined ? "" : ((await store.read.history(run.id)).at(-1)?.kind ?? "");
  };
  await expect.poll(last).toMatch(/step.waiting|run.ended/);
  const [run] = await store.read.eventRuns(eventId);
  return { engine, status: run?.status ?? "", runId: run?.id ?? "" };
}

/** Three runs behind a limit of one, which a sync raises; reads are slow. @param refuses the nudge behind the sync */
async function callsAfterRaise(refuses: () => boolean): Promise<number> {
  const memory = createMemoryStore();
  const read = new Proxy(memory.read, {
    get:
      (reads, name: keyof Reads) =>
      async (...args: never[]) => {
        for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        return (reads[name] as (...args: never[]) => unknown)(...args);
      },
  });
  let isRaised = false;
  const commit: Store["commit"] = async (ask, now, decide) => {
    if (isRaised && Object.keys(ask).length === 0 && refuses()) throw new StoreError("store_full", "refused");
    return memory.commit(ask, now, decide);
  };
  let calls = 0;
  const release: (() => void)[] = [];
  const engine = await open({ ...memory, read, commit }, () => {
    calls += 1;
    return new Promise((resolve) => release.push(() => resolve(ops([]))));
  });
  await engine.sync(registration({ concurrency: [{ limit: 1, scope: "fn" }] }));
  for (let n = 0; n < 3; n += 1) await send(engine);
  await expect.poll(() => calls).toBe(1);
  const pool = async () => (await memory.read.readyPools()).length;
  await expect.poll(pool).toBe(0);
  isRaised = true;
  const raised = registration({ concurrency: [{ limit: 3, scope: "fn" }] });
  // An app that is refused tells again.
  await engine.sync(raised).catch(() => engine.sync(raised));
  await expect.poll(() => calls).toBe(3);
  await engine.stop(0);
  return calls;
}

describe("found by the simulation", () => {
  test("of two signals at one moment only one is said to have resumed the run", async () => {
    const { engine } = await waiting([signalOp("s1")]);
    const answers = await Promise.all([engine.signal("a", 1), engine.signal("a", 2)]);
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
    await engine.stop(0);
  });

  test("two waits of one answer for one signal, both with `replace`, do not end the run", async () => {
    const { engine, status, runId } = await waiting([signalOp("s1"), signalOp("s2")]);
    expect(status).toBe("running");
    expect(await engine.signal("a", 1)).toEqual({ runId });
    await engine.stop(0);
  });

  test("a raised limit is heard at once, also where the store answers reads slowly", async () => {
    expect(await callsAfterRaise(() => false)).toBe(3);
  });

  test("a raised limit is heard, also when the store refuses to take the word that it was", async () => {
    let refusals = 1;
    expect(await callsAfterRaise(() => refusals-- > 0)).toBe(3);
  });

  test("a debounce that gets a newer event while it fires, slowly, runs with that one", async () => {
    const memory = createMemoryStore();
    const time = createHandClock();
    let armed = false;
    let isHeld = false;
    let release: () => void = () => {};
    const commit: Store["commit"] = async (ask, now, decide) => {
      if (armed && ask.gates?.some((key) => key.startsWith("debounce:"))) {
        armed = false;
        isHeld = true;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      return memory.commit(ask, now, decide);
    };
    const engine = await open({ ...memory, commit }, async () => ops([]), time.clock);
    await engine.sync(registration({ debounce: { periodMs: 1000, timeoutMs: 1000 } }));
    await send(engine);
    await expect.poll(() => memory.read.nextDue(0)).toBe(engine.now() + 1000);
    armed = true;
    time.advance(1000);
    await expect.poll(() => isHeld).toBe(true);
    const newer = await send(engine);
    time.advance(60_000);
    const outcome = async () => (await memory.read.outcomes(newer)).length;
    await expect.poll(outcome).toBe(1);
    release();
    await expect.poll(async () => (await memory.read.eventRuns(newer)).length).toBe(1);
    await engine.stop(0);
  });
});
