/** What a review looked for around invokes, requests of the server's own and wakes without a run. */
import { createMemoryStore, type Store, StoreError } from "@stepwell/store";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { CallResponse } from "./engine-port.ts";
import {
  type App,
  dataOf,
  ended,
  fn,
  named,
  never,
  open,
  planned,
  registration,
  returned,
  stopEngines,
} from "./fixtures/small-world.ts";

afterEach(stopEngines);

test("a function that listens to inngest/function.invoked does not answer for the invoked one", async () => {
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

test("a function that is archived before its invoke is handled is not run, and the step fails at once", async () => {
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
