/** What a review looked for around events that are waited for: many waits, dear ones, late ones. */
import type { Change, WaitRow } from "@stepwell/core";
import { createMemoryStore, type Store } from "@stepwell/store";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type App,
  dataOf,
  ended,
  fn,
  named,
  open,
  planned,
  returned,
  stopEngines,
} from "./fixtures/small-world.ts";

afterEach(stopEngines);

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

test("a cron tick is an event that a run can wait for", async () => {
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
