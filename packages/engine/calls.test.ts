import type { NewEvent } from "@stepwell/core";
import type { Registration } from "@stepwell/protocol";
import { createMemoryStore, type Store } from "@stepwell/store";
import { expect, test, vi } from "vitest";
import { createChance, createClock } from "./clock.ts";
import { createEngine } from "./engine.ts";
import type { CallRequest, CallResponse, Engine } from "./engine-port.ts";

const url = "http://127.0.0.1:1/api?fnId=app-f&stepId=step";
const registration: Registration = {
  appName: "app",
  url: "http://127.0.0.1:1/api",
  sdk: "js:v4",
  framework: null,
  platform: null,
  env: null,
  appVersion: null,
  checksum: "1",
  functions: [
    { slug: "app-f", name: "f", triggers: [{ event: "t/e" }], url, maxAttempts: 1, concurrency: [] },
  ],
};
const done: CallResponse = {
  status: 200,
  headers: { "x-inngest-sdk": "inngest-js:v4.24.0", "x-inngest-req-version": "2" },
  body: '"done"',
  url,
};

interface Served {
  engine: Engine;
  calls: CallRequest[];
  /** Answers every call that is out. */
  answer(): void;
}

/** @param how `cutOff`: closing the transport ends its requests, as the real one does */
async function open(
  store: Store,
  node: string,
  queueWorkers = 10,
  how: { cutOff?: true } = {},
): Promise<Served> {
  const calls: CallRequest[] = [];
  const waiting: (() => void)[] = [];
  const cut: (() => void)[] = [];
  const engine = createEngine({
    store,
    clock: await createClock(store),
    chance: createChance(),
    transport: {
      send: (request) => {
        calls.push(request);
        return new Promise((resolve) => {
          waiting.push(() => resolve(done));
          cut.push(() => resolve({ failure: "network", message: "closed" }));
        });
      },
      close: async () => {
        if (how.cutOff) for (const end of cut) end();
      },
    },
    node,
    mode: "dev",
    signingKey: null,
    queueWorkers,
    requestTimeoutMs: 60_000,
    retryIntervalMs: null,
    maxSteps: 1000,
    maxPendingEvents: 100,
    log: () => {},
  });
  await engine.start();
  return { engine, calls, answer: () => waiting.splice(0).forEach((go) => go()) };
}

async function started(): Promise<{ store: Store; first: Served; runId: string }> {
  const store = createMemoryStore();
  await store.migrate();
  const first = await open(store, "first");
  await first.engine.sync(registration);
  const id = first.engine.newId();
  const event: NewEvent = { id, externalId: id, name: "t/e", ts: first.engine.now(), body: { data: {} } };
  await first.engine.receive([event]);
  await vi.waitUntil(() => first.calls.length === 1);
  const runId = (await store.read.eventRuns(id))[0]?.id ?? "";
  return { store, first, runId };
}

test("a stop waits for the calls in flight and stores their answers", async () => {
  const { store, first, runId } = await started();
  const stopped = first.engine.stop(60_000);
  first.answer();
  await stopped;
  expect((await store.read.run(runId))?.status).toBe("completed");
});

test("a stop makes no new calls", async () => {
  const { store, first } = await started();
  const stopped = first.engine.stop(60_000);
  const id = first.engine.newId();
  await first.engine.receive([{ id, externalId: id, name: "t/e", ts: 1e12, body: { data: {} } }]);
  first.answer();
  await stopped;
  expect(first.calls).toHaveLength(1);
  expect((await store.read.dueWakes(first.engine.now(), 10)).map((wake) => wake.job.kind)).toEqual(["route"]);
});

test("calls that outlast the grace are left to recovery: the next process repeats them, and the late answer is dropped", async () => {
  const { store, first, runId } = await started();
  await first.engine.stop(1);
  const second = await open(store, "second");
  await vi.waitUntil(() => second.calls.length === 1);
  expect(second.calls[0]?.headers["x-inngest-generation-id"]).toBe("2");
  expect(JSON.parse(second.calls[0]?.body ?? "{}").ctx.attempt).toBe(0);
  first.answer();
  await new Promise((resolve) => setImmediate(resolve));
  expect((await store.read.run(runId))?.status).toBe("running");
  second.answer();
  await vi.waitUntil(async () => (await store.read.run(runId))?.status === "completed");
  await second.engine.stop(1000);
  expect((await store.read.history(runId)).filter((row) => row.kind === "run.ended")).toHaveLength(1);
});

test("a call that the end of a stop cuts off is no failed attempt: the next process repeats it as it was", async () => {
  const store = createMemoryStore();
  await store.migrate();
  const first = await open(store, "first", 10, { cutOff: true });
  await first.engine.sync(registration);
  const id = first.engine.newId();
  await first.engine.receive([{ id, externalId: id, name: "t/e", ts: 1e12, body: { data: {} } }]);
  await vi.waitUntil(() => first.calls.length === 1);
  await first.engine.stop(1);
  await new Promise((resolve) => setImmediate(resolve));
  const runId = (await store.read.eventRuns(id))[0]?.id ?? "";
  expect((await store.read.run(runId))?.status).toBe("running");
  expect((await store.read.history(runId)).map((row) => row.kind)).not.toContain("request.failed");
  const second = await open(store, "second");
  await vi.waitUntil(() => second.calls.length === 1);
  expect(JSON.parse(second.calls[0]?.body ?? "{}").ctx.attempt).toBe(0);
  second.answer();
  await vi.waitUntil(async () => (await store.read.run(runId))?.status === "completed");
  await second.engine.stop(1000);
});

test("never more calls are out than there are queue workers, and each answer lets the next one go", async () => {
  const store = createMemoryStore();
  await store.migrate();
  const { engine, calls, answer } = await open(store, "node", 2);
  await engine.sync(registration);
  const ids = Array.from({ length: 7 }, () => engine.newId());
  const ts = engine.now();
  await engine.receive(ids.map((id) => ({ id, externalId: id, name: "t/e", ts, body: { data: {} } })));
  for (const expected of [2, 4, 6, 7]) {
    await vi.waitUntil(() => calls.length === expected);
    expect(engine.health().callsInFlight).toBeLessThanOrEqual(2);
    answer();
  }
  await vi.waitUntil(
    async () => (await store.read.runs({ limit: 10, status: ["completed"] })).rows.length === 7,
  );
  await engine.stop(1000);
});
