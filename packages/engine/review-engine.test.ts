/** What a review looked for around the run: several commits, requests that hang, stores that refuse. */
import type { Change, FunctionConfig, NewEvent, WaitRow } from "@stepwell/core";
import { functionId, type Registration } from "@stepwell/protocol";
import { createMemoryStore, type Store, StoreError } from "@stepwell/store";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createChance, createClock } from "./clock.ts";
import { createEngine } from "./engine.ts";
import type { CallFailure, CallRequest, CallResponse, Engine, EngineOptions } from "./engine-port.ts";

const APP = "http://127.0.0.1:1/api";
const headers = { "x-inngest-sdk": "inngest-js:v4.24.0", "x-inngest-req-version": "2" };
const returned = (value: unknown): CallResponse => ({
  status: 200,
  headers,
  body: JSON.stringify(value),
  url: APP,
});
const planned = (...ops: object[]): CallResponse => ({
  status: 206,
  headers,
  body: JSON.stringify(ops),
  url: APP,
});
const named = (id: string) => ({ id, displayName: id, userland: { id } });
type Reply = CallResponse | CallFailure | Promise<CallResponse | CallFailure>;
/** What the app does for a call of a function: `steps` are the stored results. */
type App = Record<string, (body: { steps: Record<string, unknown>; ctx: { run_id: string } }) => Reply>;

const fn = (slug: string, more: Partial<FunctionConfig> = {}): FunctionConfig => ({
  slug,
  name: slug,
  triggers: [{ event: slug }],
  url: `${APP}?fnId=${slug}`,
  maxAttempts: 1,
  concurrency: [],
  ...more,
});
let checksums = 0;
const registration = (functions: FunctionConfig[]): Registration => ({
  appName: "app",
  url: APP,
  sdk: "js:v4",
  framework: null,
  platform: null,
  env: null,
  appVersion: null,
  functions,
  checksum: String((checksums += 1)),
});

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop(0);
});

interface Opened {
  engine: Engine;
  store: Store;
  /** Requests that went elsewhere than to the app. */
  elsewhere: CallRequest[];
  send(name: string, data?: object): Promise<string>;
}
interface How extends Partial<EngineOptions> {
  functions?: FunctionConfig[];
  app?: App;
  server?: (request: CallRequest) => Reply;
}

async function open({ functions = [], app = {}, server, ...more }: How = {}): Promise<Opened> {
  const store = more.store ?? createMemoryStore();
  const elsewhere: CallRequest[] = [];
  const cut: (() => void)[] = [];
  const engine = createEngine({
    clock: await createClock(store),
    chance: createChance(),
    transport: {
      send: (request) => {
        const cutOff = new Promise<CallFailure>((resolve) => {
          cut.push(() => resolve({ failure: "network", message: "closed" }));
        });
        const slug = new URL(request.url).searchParams.get("fnId");
        if (slug !== null)
          return Promise.race([
            Promise.resolve(app[slug]?.(JSON.parse(request.body)) ?? returned(null)),
            cutOff,
          ]);
        elsewhere.push(request);
        return Promise.race([Promise.resolve(server?.(request) ?? returned(null)), cutOff]);
      },
      close: async () => {
        for (const end of cut) end();
      },
    },
    node: `node-${engines.length}`,
    mode: "dev",
    signingKey: null,
    queueWorkers: 10,
    requestTimeoutMs: 60_000,
    retryIntervalMs: 1000,
    maxSteps: 1000,
    maxPendingEvents: 1000,
    log: () => {},
    ...more,
    store,
  });
  engines.push(engine);
  await engine.start();
  if (functions.length > 0) await engine.sync(registration(functions));
  const send = async (name: string, data: object = {}): Promise<string> => {
    const id = engine.newId();
    await engine.receive([
      { id, externalId: id, name, ts: engine.now(), body: { data } as NewEvent["body"] },
    ]);
    return id;
  };
  return { engine, store, elsewhere, send };
}

async function ended(engine: Engine, eventId: string): Promise<{ status: string; output: unknown }> {
  return vi.waitUntil(async () => {
    const [run] = await engine.read.eventRuns(eventId);
    if (run === undefined || run.endedAt === null) return null;
    return { status: run.status, output: await engine.read.output(run.id) };
  }, 5000);
}
const never = new Promise<never>(() => {});
const dataOf = (step: unknown): unknown => (step as { data?: unknown } | undefined)?.data;

test("ST-13 · a function that listens to inngest/function.invoked does not answer for the invoked one", async () => {
  let release = (_: CallResponse): void => {};
  const slow = new Promise<CallResponse>((resolve) => {
    release = resolve;
  });
  const spied: string[] = [];
  const { engine, send } = await open({
    functions: [
      fn("app-parent"),
      fn("app-child", { triggers: [] }),
      fn("app-spy", { triggers: [{ event: "inngest/function.invoked" }] }),
    ],
    app: {
      "app-parent": ({ steps }) =>
        steps.i === undefined
          ? planned({ op: "InvokeFunction", opts: { function_id: "app-child", payload: {} }, ...named("i") })
          : returned(dataOf(steps.i)),
      "app-child": () => slow,
      "app-spy": ({ ctx }) => {
        spied.push(ctx.run_id);
        return returned("spy");
      },
    },
  });
  const eventId = await send("app-parent");
  await vi.waitUntil(async () => {
    const run = spied[0] === undefined ? null : await engine.read.run(spied[0]);
    return run?.status === "completed";
  });
  // Whatever the end of the spy has written is due at once.
  await vi.waitUntil(async () => (await engine.read.dueWakes(engine.now(), 10)).length === 0);
  release(returned("child"));
  expect(await ended(engine, eventId)).toEqual({ status: "completed", output: { data: "child" } });
});

describe("requests of the server's own", () => {
  const gateway = {
    op: "Gateway",
    opts: { url: "http://127.0.0.1:2/p", method: "POST", body: "x" },
    ...named("g"),
  };
  const fetching: App = {
    "app-f": ({ steps }) => (steps.g === undefined ? planned(gateway) : returned("fetched")),
    "app-quick": () => returned("quick"),
  };
  const functions = [fn("app-f"), fn("app-quick")];

  test("do not take the workers of the apps' calls, however long they take", async () => {
    const { engine, elsewhere, send } = await open({
      functions,
      app: fetching,
      server: () => never,
      queueWorkers: 2,
    });
    for (let i = 0; i < 2; i += 1) await send("app-f");
    await vi.waitUntil(() => elsewhere.length === 2);
    expect(await ended(engine, await send("app-quick"))).toMatchObject({ status: "completed" });
  });

  test("are not made again because the store cannot take the answer just now", async () => {
    const memory = createMemoryStore();
    let refusals = 0;
    const store: Store = {
      ...memory,
      commit(ask, now, decide) {
        if (refusals === 0) return memory.commit(ask, now, decide);
        refusals -= 1;
        return Promise.reject(new StoreError("store_full", "the disk is full"));
      },
    };
    let first = true;
    const { engine, elsewhere, send } = await open({
      store,
      functions,
      app: fetching,
      server: () => {
        if (first) refusals = 2;
        first = false;
        return returned("ok");
      },
    });
    const eventId = await send("app-f");
    await ended(engine, eventId);
    expect(elsewhere).toHaveLength(1);
  });

  test("that a stop cuts off are no failure: the next process makes them again", async () => {
    const first = await open({ functions, app: fetching, server: () => never });
    const eventId = await first.send("app-f");
    await vi.waitUntil(() => first.elsewhere.length === 1);
    await first.engine.stop(1);
    await new Promise((resolve) => setImmediate(resolve));
    const [run] = await first.store.read.eventRuns(eventId);
    const steps = (await first.store.read.callContext(run?.id ?? ""))?.steps ?? [];
    expect(steps.map(({ row }) => row.status)).toEqual([]);
  });
});

/** Rows of waits whose runs are gone: only the finding and the matching of them is looked at. */
async function writeWaits(store: Store, name: string, expressions: (string | null)[]): Promise<void> {
  const rows = expressions.map(
    (expression, i): Omit<WaitRow, "seq"> => ({
      id: `01W${String(i).padStart(8, "0")}`,
      kind: "event",
      name,
      anchor: "*",
      runId: `gone-${i}`,
      step: "w",
      expression,
      openedAt: 1,
      until: 1e13,
    }),
  );
  const write: Change[] = [
    { insert: "waitPaths", row: { name, path: "*" }, orIgnore: true },
    ...rows.map((row): Change => ({ insert: "waits", row: row as WaitRow })),
  ];
  await store.commit({}, 1, () => ({ write, reply: null }));
}

describe("an event that many runs wait for", () => {
  test("does not hold up the events and timers that are due beside it", async () => {
    const memory = createMemoryStore();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = false;
    const store: Store = {
      ...memory,
      read: {
        ...memory.read,
        // Stands for thousands of pages.
        waits: async (ask) => {
          asked = true;
          await held;
          return memory.read.waits(ask);
        },
      },
    };
    await writeWaits(memory, "t/hot", [null]);
    const { engine, send } = await open({ store, functions: [fn("app-quick")] });
    await send("t/hot");
    await vi.waitUntil(() => asked);
    const quick = await send("app-quick");
    try {
      expect(await ended(engine, quick)).toMatchObject({ status: "completed" });
    } finally {
      release();
    }
  });

  test("leaves the process responsive, however dear their expressions are", async () => {
    const store = createMemoryStore();
    const dear = "async.data.items.exists(a, async.data.items.exists(b, a + b == 'none'))";
    await writeWaits(
      store,
      "t/dear",
      Array.from({ length: 20 }, () => dear),
    );
    const { engine, send } = await open({ store });
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    await send("t/dear", { items: Array.from({ length: 2000 }, (_, i) => `item ${i}`) });
    await vi.waitUntil(async () => (await engine.read.dueWakes(engine.now(), 10)).length === 0, 60_000);
    clearInterval(beat);
    longest = Math.max(longest, performance.now() - last);
    expect(longest).toBeLessThan(1000);
  });

  test("starts its functions even if one of the waits cannot be ended", async () => {
    const memory = createMemoryStore();
    const store: Store = {
      ...memory,
      commit: (ask, now, decide) =>
        ask.run?.runId === "gone-0"
          ? Promise.reject(new Error("a bug of ours"))
          : memory.commit(ask, now, decide),
      read: { ...memory.read, run: async (id) => memory.read.run(id) },
    };
    await writeWaits(memory, "app-quick", [null]);
    const { engine, send } = await open({ store, functions: [fn("app-quick")] });
    expect(await ended(engine, await send("app-quick"))).toMatchObject({ status: "completed" });
  });
});

test("T-9 · a cron tick is an event that a run can wait for", async () => {
  const store = createMemoryStore();
  const wait = {
    op: "WaitForEvent",
    name: "inngest/scheduled.timer",
    opts: { timeout: "1h" },
    ...named("w"),
  };
  const { engine, send } = await open({
    store,
    functions: [fn("app-cron", { triggers: [{ cron: "* * * * *" }] }), fn("app-waits")],
    app: {
      "app-waits": ({ steps }) =>
        steps.w === undefined
          ? planned(wait)
          : returned((dataOf(steps.w) as { name?: string } | null)?.name ?? null),
    },
  });
  const eventId = await send("app-waits");
  await vi.waitUntil(async () => (await store.read.waitPaths("inngest/scheduled.timer")).length > 0);
  await engine.advance(2 * 60_000);
  expect(await ended(engine, eventId)).toMatchObject({ output: { data: "inngest/scheduled.timer" } });
});

test("an event that was accepted before a wait's end still ends it, although the server was down meanwhile", async () => {
  const store = createMemoryStore();
  const functions = [fn("app-waits")];
  const wait = { op: "WaitForEvent", name: "t/w", opts: { timeout: "1h" }, ...named("w") };
  const app: App = {
    "app-waits": ({ steps }) =>
      steps.w === undefined
        ? planned(wait)
        : returned((dataOf(steps.w) as { name?: string } | null)?.name ?? null),
  };
  const first = await open({ store, functions, app });
  const eventId = await first.send("app-waits");
  await vi.waitUntil(async () => (await store.read.waitPaths("t/w")).length > 0);
  await first.engine.stop(0);
  // Durable, its sender has its id; the process dies before it is routed.
  await first.send("t/w");
  await store.moveClock(2 * 3_600_000);
  const second = await open({ store, functions, app });
  expect(await ended(second.engine, eventId)).toMatchObject({ output: { data: "t/w" } });
});

test("A-10 · a function that is archived before its invoke is handled is not run, and the step fails at once", async () => {
  const memory = createMemoryStore();
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let holding = false;
  const store: Store = {
    ...memory,
    read: {
      ...memory.read,
      event: async (id) => {
        const stored = await memory.read.event(id);
        if (stored?.row.name === "inngest/function.invoked") {
          holding = true;
          await held;
        }
        return stored;
      },
    },
  };
  const childRuns: string[] = [];
  const { engine, send } = await open({
    store,
    functions: [fn("app-parent"), fn("app-child", { triggers: [] })],
    app: {
      "app-parent": ({ steps }) =>
        steps.i === undefined
          ? planned({ op: "InvokeFunction", opts: { function_id: "app-child", payload: {} }, ...named("i") })
          : returned("went on"),
      "app-child": ({ ctx }) => {
        childRuns.push(ctx.run_id);
        return returned("child");
      },
    },
  });
  const eventId = await send("app-parent");
  await vi.waitUntil(() => holding);
  await engine.sync(registration([fn("app-parent")]));
  release();
  expect(await ended(engine, eventId)).toMatchObject({ status: "completed" });
  expect(childRuns).toEqual([]);
});

test("a wake of a run that is not there is taken away, and does not spin", async () => {
  const memory = createMemoryStore();
  let looks = 0;
  const store: Store = {
    ...memory,
    read: {
      ...memory.read,
      dueWakes: (now, limit) => {
        looks += 1;
        return memory.read.dueWakes(now, limit);
      },
    },
  };
  const { engine } = await open({ store });
  const job = { kind: "child-ended" as const, step: "i", childId: "c", eventId: "e" };
  const row = { id: "w1", job, runId: "gone", lane: null, score: 1, dueAt: 1 };
  await store.commit({}, 1, () => ({ write: [{ insert: "wakes", row }], reply: null }));
  await vi.waitUntil(() => looks > 50 || looks === 0, { timeout: 500 }).catch(() => {});
  expect(await engine.read.wake("w1")).toBeNull();
  expect(looks).toBeLessThan(50);
});

test("the paths of a name are forgotten with the last wait for it", async () => {
  const { engine, store, send } = await open({
    functions: [fn("app-waits")],
    app: {
      "app-waits": ({ steps }) =>
        steps.w === undefined
          ? planned({ op: "WaitForEvent", name: "order/4711", opts: { timeout: "1h" }, ...named("w") })
          : returned("ok"),
    },
  });
  const eventId = await send("app-waits");
  await vi.waitUntil(async () => (await store.read.waitPaths("order/4711")).length > 0);
  await send("order/4711");
  await ended(engine, eventId);
  expect(await store.read.waitPaths("order/4711")).toEqual([]);
});

test("functionId is the id the store knows", () => {
  expect(functionId("app", "app-f")).toMatch(/^[0-9a-f-]{36}$/);
});
