/** Flow control for real: what is merged, skipped or ended, and what starts by the clock or by another function. */
import "@stepwell/test/vitest";
import type { World } from "@stepwell/test";
import { cron, Inngest, referenceFunction } from "inngest";
import { describe, expect, test } from "vitest";
import { client, dataOf, newWorld, on, START } from "./fixtures/shop.ts";

const send = (world: World, id: string, ...data: object[]) =>
  world.send(data.map((one) => ({ name: `shop/${id}`, data: one })));
const statuses = (world: World, id?: string) => world.runs(id).map(({ status }) => status);
const HOUR_MS = 3_600_000;
const minute = (at: Date | null) => at && (Number(at) - Date.parse(START)) / 60_000;

describe("debounce", () => {
  const fn = client.createFunction(
    { ...on("save"), debounce: { period: "5m", timeout: "12m", key: "event.data.doc" } },
    ({ event }) => event.data,
  );

  test("D-1 · one run with the last event, when it has been quiet for the period", async () => {
    const world = await newWorld([fn]);
    for (const version of [1, 2]) {
      await send(world, "save", { doc: "a", version }, { doc: "b", version });
      await world.advance("4m");
    }
    expect(world.runs()).toEqual([]);
    await world.advance("1m");
    expect(world.runs().map(({ output }) => output)).toEqual([
      { doc: "a", version: 2 },
      { doc: "b", version: 2 },
    ]);
  });

  test("D-4 · never later than the timeout after the first", async () => {
    const world = await newWorld([fn]);
    for (let version = 1; version <= 4; version += 1) {
      await send(world, "save", { doc: "a", version });
      await world.advance("4m");
    }
    expect(world.run()).toMatchObject({ output: { version: 3 } });
    expect(minute(world.run().startedAt)).toBe(12);
  });
});

describe("batches", () => {
  const fn = client.createFunction(
    {
      ...on("log"),
      batchEvents: {
        maxSize: 3,
        timeout: "300s",
        key: "event.data.tenant",
        if: "event.data.urgent != true",
      },
    },
    ({ events }) => events.map((event) => dataOf(event)["n"]),
  );

  test("B-1 · a full batch runs at once, the rest after the timeout; B-2 · each key has its own", async () => {
    const world = await newWorld([fn]);
    const of = (tenant: string, ...ns: number[]) => ns.map((n) => ({ tenant, n }));
    await send(world, "log", ...of("a", 1, 2), ...of("b", 3), ...of("a", 4, 5));
    expect(world.run()).toMatchObject({ output: [1, 2, 4], events: { length: 3 } });
    await world.advance("5m");
    expect(world.runs().map(({ output }) => output)).toEqual([[1, 2, 4], [3], [5]]);
    expect(minute(world.runs()[1]?.startedAt ?? null)).toBe(5);
  });

  test("B-3 · what `if` keeps out of batches runs alone, at once", async () => {
    const world = await newWorld([fn]);
    await send(world, "log", { tenant: "a", n: 1 }, { tenant: "a", n: 2, urgent: true });
    expect(world.run().output).toEqual([2]);
  });
});

describe("singleton", () => {
  const make = (mode: "skip" | "cancel") =>
    client.createFunction(
      { ...on("import"), singleton: { mode, key: "event.data.source" } },
      async ({ step }) => {
        await step.sleep("hour", "1h");
      },
    );

  test("S-1 · skip: the new one is skipped while one is there; S-3 · for each key", async () => {
    const world = await newWorld([make("skip")]);
    await send(world, "import", { source: "x" }, { source: "x" }, { source: "y" });
    expect(world.runs()).toMatchObject([
      { status: "running" },
      { status: "skipped", reason: "Singleton" },
      { status: "running" },
    ]);
    await world.advance("1h");
    await send(world, "import", { source: "x" });
    expect(world.runs()[3]).toHaveEnded("running");
  });

  test("S-2 · cancel: the new one takes the place", async () => {
    const world = await newWorld([make("cancel")]);
    await send(world, "import", { source: "x" });
    await send(world, "import", { source: "x" });
    await world.advance("1h");
    expect(statuses(world)).toEqual(["cancelled", "completed"]);
  });
});

describe("what ends a run", () => {
  test("K-4 · cancelOn ends those it fits", async () => {
    const cancelOn = [{ event: "shop/cancelled", if: "event.data.id == async.data.id" }];
    const fn = client.createFunction({ ...on("order"), cancelOn }, async ({ step }) => {
      await step.sleep("week", "7d");
    });
    const world = await newWorld([fn]);
    await send(world, "order", { id: 1 }, { id: 2 });
    await send(world, "cancelled", { id: 2 });
    await world.advance("7d");
    expect(statuses(world)).toEqual(["completed", "cancelled"]);
  });

  test("K-1 · timeouts.start ends what has waited too long", async () => {
    const fn = client.createFunction(
      { ...on("quick"), concurrency: 1, timeouts: { start: "3m" } },
      async ({ step }) => {
        await step.run("work", () => {});
      },
    );
    const world = await newWorld([fn]);
    world.mock("work", null, { takes: "5m" });
    await send(world, "quick", {});
    await world.advance("1m");
    await send(world, "quick", {});
    await world.advance("4m");
    expect(statuses(world)).toEqual(["completed", "cancelled"]);
    expect(minute(world.runs()[1]?.endedAt ?? null)).toBe(4);
  });

  test("K-3 · timeouts.finish ends a run while a step is at work, and its result is not used", async () => {
    const fn = client.createFunction({ ...on("long"), timeouts: { finish: "6m" } }, async ({ step }) => {
      for (const n of [1, 2, 3]) await step.run(`part-${n}`, () => {});
    });
    const world = await newWorld([fn]);
    for (const n of [1, 2, 3]) world.mock(`part-${n}`, n, { takes: "2.5m" });
    await send(world, "long", {});
    await world.advance("10m");
    expect(world.run()).toHaveEnded("cancelled");
    expect(minute(world.run().endedAt)).toBe(6);
    expect(world.run()).toHaveRunStep("part-2");
    expect(world.run()).not.toHaveRunStep("part-3");
  });

  test("onFailure is a run of its own, with retries of its own, and not for what was cancelled", async () => {
    const told: string[] = [];
    const fn = client.createFunction(
      {
        ...on("risky"),
        retries: 1,
        onFailure: async ({ error, step }) => {
          await step.run("tell", () => void told.push(error.message));
        },
      },
      async ({ step }) => {
        await step.run("work", () => {});
        await step.sleep("hour", "1h");
      },
    );
    const world = await newWorld([fn]);
    world.fail("work", { error: "no disk" });
    world.fail("tell", { attempt: 0 });
    await send(world, "risky", {});
    await world.advance("1h");
    expect(world.run("risky")).toHaveEnded("failed");
    expect(world.run("risky-failure").steps["tell"]).toMatchObject({ status: "completed", attempts: 2 });
    expect(told).toEqual(["no disk"]);
    const calm = await newWorld([fn]);
    await send(calm, "risky", {});
    await calm.cancel(calm.run());
    await calm.advance("1d");
    expect(calm.runs("risky-failure")).toEqual([]);
  });
});

describe("what starts by itself", () => {
  test("T-13 · cron ticks come in time, with jitter each at its own delay", async () => {
    const delaysMs: number[] = [];
    const fn = client.createFunction({ id: "tick", triggers: [{ cron: "0 * * * *", jitter: "5m" }] }, () => {
      delaysMs.push(world.now().getTime() % HOUR_MS);
    });
    const world = await newWorld([fn]);
    await world.advance("24h");
    expect(world.runs("tick").length).toBeGreaterThanOrEqual(23);
    for (const delayMs of delaysMs) expect(delayMs > 0 && delayMs < 300_000, `${delayMs}`).toBe(true);
    expect(new Set(delaysMs).size).toBeGreaterThan(10);
  });

  test("a paused cron function skips its ticks", async () => {
    const world = await newWorld([
      client.createFunction({ id: "nightly", triggers: [cron("0 3 * * *")] }, () => {}),
    ]);
    await world.pause("nightly");
    await world.advance("2d");
    expect(statuses(world)).toEqual(["skipped", "skipped"]);
  });

  test("an app whose id begins like another's keeps its functions", async () => {
    const other = new Inngest({ id: "shop-eu", logger: client["logger"] as never });
    const far = other.createFunction({ id: "pay", triggers: [{ event: "shop/pay" }] }, () => "eu");
    const near = client.createFunction(on("pay"), () => "here");
    const world = await newWorld([near], { otherApps: [{ client: other, functions: [far] }] });
    await send(world, "pay", {});
    expect(world.run("pay").output).toBe("here");
    expect(world.run("shop-eu-pay").output).toBe("eu");
  });

  test("an invoke of a function of another app", async () => {
    const other = new Inngest({ id: "billing", logger: client["logger"] as never });
    const charge = other.createFunction(
      { id: "charge", retries: 0, triggers: [] },
      async ({ event, step }) => {
        await step.sleep("clearing", "2d");
        await other.send({ name: "billing/charged", data: {} });
        if (dataOf(event)["total"] === 0) throw new Error("nothing to charge");
        return step.run("number", () => `inv-${dataOf(event)["total"]}`);
      },
    );
    const fn = client.createFunction(on("buy"), async ({ event, step }) =>
      step.invoke("bill", {
        function: referenceFunction({ appId: "billing", functionId: "charge" }),
        data: { total: dataOf(event)["total"] },
      }),
    );
    const otherApps = [{ client: other, functions: [charge] }];
    const world = await newWorld([fn], { otherApps });
    await send(world, "buy", { total: 5 }, { total: 0 });
    expect(world.runs("billing-charge")).toHaveLength(2);
    expect(world.runs("buy")[0]?.steps["bill"]?.status).toBe("invoking");
    await world.advance("2d");
    expect(world.runs("buy")).toMatchObject([{ output: "inv-5" }, { status: "failed" }]);
    expect(world.sent("billing/charged")).toHaveLength(2);
    world.mock("number", "mocked", { in: "billing-charge" });
    await send(world, "buy", { total: 7 });
    await world.pause("billing-charge");
    await world.advance("2d");
    expect(world.runs("buy")[2]).toHaveEnded("running");
    await world.resume("billing-charge");
    expect(world.runs("buy")[2]?.output).toBe("mocked");
    await world.close();
    await expect(other.send({ name: "billing/charged", data: {} })).rejects.toThrow();
  });
});
