/** What the simulation has found, each as the smallest case that shows it. */
import type { FunctionConfig, Json } from "@stepwell/core";
import { type CallResponse, createChance, createEngine, type Engine } from "@stepwell/engine";
import type { Registration } from "@stepwell/protocol";
import { createMemoryStore, type Reads, type Store } from "@stepwell/store";
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

async function open(store: Store, answer: () => Promise<CallResponse>): Promise<Engine> {
  const engine = createEngine({
    store,
    clock: { now: () => 1_772_366_400_000, at: (_, call) => (setImmediate(call), () => {}) },
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
    const memory = createMemoryStore();
    const read = new Proxy(memory.read, {
      get:
        (reads, name: keyof Reads) =>
        async (...args: never[]) => {
          for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          return (reads[name] as (...args: never[]) => unknown)(...args);
        },
    });
    let calls = 0;
    const release: (() => void)[] = [];
    const engine = await open({ ...memory, read }, () => {
      calls += 1;
      return new Promise((resolve) => release.push(() => resolve(ops([]))));
    });
    await engine.sync(registration({ concurrency: [{ limit: 1, scope: "fn" }] }));
    for (let n = 0; n < 3; n += 1) await send(engine);
    await expect.poll(() => calls).toBe(1);
    const pool = async () => (await memory.read.readyPools()).length;
    await expect.poll(pool).toBe(0);
    await engine.sync(registration({ concurrency: [{ limit: 3, scope: "fn" }] }));
    await expect.poll(() => calls).toBe(3);
    await engine.stop(0);
  });
});
