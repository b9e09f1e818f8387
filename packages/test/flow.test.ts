/** Flow control for real: what waits. Each rule as a user would test it; the page shows the same in short. */
import "@stepwell/test/vitest";
import { createWorld, type World } from "@stepwell/test";
import { describe, expect, test } from "vitest";
import { client, newWorld, on, START } from "./fixtures/shop.ts";

const send = (world: World, id: string, ...data: object[]) =>
  world.send(data.map((one) => ({ name: `shop/${id}`, data: one })));
const many = (world: World, id: string, count: number) =>
  send(world, id, ...Array.from({ length: count }, (_, n) => ({ n })));
/** Minutes after the start of the world at which each run began; null: not yet. */
const startsMin = (world: World, id?: string) =>
  world
    .runs(id)
    .map(({ startedAt }) => startedAt && Math.floor((Number(startedAt) - Date.parse(START)) / 60_000));
const statuses = (world: World, id?: string) => world.runs(id).map(({ status }) => status);
const dones = (world: World) => statuses(world).filter((status) => status === "completed").length;

describe("concurrency", () => {
  test("C-1 · one at a time: the next begins when the one at work is done", async () => {
    const fn = client.createFunction({ ...on("one"), concurrency: 1 }, async ({ step }) => {
      await step.run("work", () => {});
    });
    const world = await newWorld([fn]);
    world.mock("work", null, { takes: "10m" });
    await many(world, "one", 3);
    expect(statuses(world)).toEqual(["running", "queued", "queued"]);
    await world.advance("10m");
    expect(statuses(world)).toEqual(["completed", "running", "queued"]);
    await world.advance("20m");
    expect(startsMin(world)).toEqual([0, 10, 20]);
    expect(dones(world)).toBe(3);
  });

  test("C-4 · two limits: one for each customer, two in all", async () => {
    const concurrency: [object, object] = [{ limit: 1, key: "event.data.customer" }, { limit: 2 }];
    const fn = client.createFunction({ ...on("two"), concurrency } as never, async ({ step }) => {
      await step.run("work", () => {});
    });
    const world = await newWorld([fn]);
    world.mock("work", null, { takes: "10m" });
    await send(world, "two", { customer: "a" }, { customer: "a" }, { customer: "b" }, { customer: "c" });
    expect(statuses(world)).toEqual(["running", "queued", "running", "queued"]);
    await world.advance("10m");
    // Who has waited longest goes first: the second of a, then c.
    expect(statuses(world)).toEqual(["completed", "running", "completed", "running"]);
    await world.advance("10m");
    expect(dones(world)).toBe(4);
  });

  test("C-5 · a limit that functions share", async () => {
    const shared = { limit: 1, scope: "account", key: "'printer'" } as const;
    const make = (id: string) =>
      client.createFunction({ ...on(id), concurrency: shared }, async ({ step }) => {
        await step.run("print", () => {});
      });
    const world = await newWorld([make("invoices"), make("labels")]);
    world.mock("print", null, { takes: "10m" });
    for (const id of ["invoices", "labels", "invoices"]) await many(world, id, 1);
    expect(statuses(world).filter((status) => status === "running")).toHaveLength(1);
    await world.advance("10m");
    expect(dones(world)).toBe(1);
    await world.advance("20m");
    expect(dones(world)).toBe(3);
  });

  test("C-2 · a sleep takes no slot; C-7 · of a limit on whole runs it does", async () => {
    const sleepy = async ({ step }: { step: { sleep(id: string, time: string): Promise<void> } }) => {
      await step.sleep("hour", "1h");
    };
    const each = client.createFunction({ ...on("each"), concurrency: 1 }, sleepy);
    const whole = client.createFunction(
      { ...on("whole"), concurrency: { fn: [{ limit: 1 }] } } as never,
      sleepy as never,
    );
    const world = await newWorld([each, whole]);
    await many(world, "each", 2);
    await many(world, "whole", 2);
    expect(startsMin(world, "each")).toEqual([0, 0]);
    expect(startsMin(world, "whole")).toEqual([0, null]);
    await world.advance("2h");
    expect(startsMin(world, "whole")).toEqual([0, 60]);
    expect(dones(world)).toBe(4);
  });

  test("what takes its time is held in each attempt, and not longer than the engine waits", async () => {
    const fn = client.createFunction({ ...on("slow"), retries: 1 }, async ({ step }) => {
      await step.run("work", () => {});
    });
    const world = await newWorld([fn]);
    world.mock("work", "done");
    world.fail("work", { attempt: 0, takes: "1h", error: "down" });
    await world.send({ name: "shop/slow" });
    await world.advance("59m");
    expect(world.run().steps["work"]).toMatchObject({ status: "planned", attempts: 0 });
    await world.advance("1m");
    expect(world.run().steps["work"]).toMatchObject({ status: "retrying", error: { message: "down" } });
    await world.advance("1m");
    expect(world.run().steps["work"]).toMatchObject({ result: "done", attempts: 2 });
    expect(() => world.mock("work", 1, { takes: "3h" })).toThrow("from 0 to 2 h");
    expect(() => world.mock("work", 1, { takes: "long" })).toThrow('not "long"');
  });
});

describe("rates", () => {
  test("TH-1 · throttle: all runs, one start for each period", async () => {
    const fn = client.createFunction({ ...on("th"), throttle: { limit: 1, period: "5m" } }, () => {});
    const world = await newWorld([fn]);
    await many(world, "th", 4);
    expect(statuses(world)).toEqual(["completed", "queued", "queued", "queued"]);
    await world.advance("1h");
    expect(startsMin(world)).toEqual([0, 5, 10, 15]);
  });

  test("TH-3 · throttle with a burst and a key: values do not wait for each other", async () => {
    const throttle = { limit: 2, period: "6m", burst: 1, key: "event.data.to" } as const;
    const fn = client.createFunction({ ...on("burst"), throttle }, () => {});
    const world = await newWorld([fn]);
    await send(world, "burst", ...Array.from({ length: 5 }, () => ({ to: "ada" })), { to: "bob" });
    await world.advance("1h");
    expect(startsMin(world)).toEqual([0, 0, 0, 3, 6, 0]);
  });

  test("RL-2 · rate limit: what is over it makes no run", async () => {
    const fn = client.createFunction({ ...on("rl"), rateLimit: { limit: 2, period: "10m" } }, () => {});
    const world = await newWorld([fn]);
    await many(world, "rl", 2);
    expect(world.runs()).toHaveLength(1);
    await world.advance("5m");
    await many(world, "rl", 2);
    expect(startsMin(world)).toEqual([0, 5]);
  });

  test("idempotency: once a day for each value", async () => {
    const fn = client.createFunction({ ...on("idem"), idempotency: "event.data.order" }, () => {});
    const world = await newWorld([fn]);
    await send(world, "idem", { order: 1 }, { order: 1 }, { order: 2 });
    expect(world.runs().map(({ event }) => event.data["order"])).toEqual([1, 2]);
    await world.advance("23h");
    await send(world, "idem", { order: 1 });
    expect(world.runs()).toHaveLength(2);
    await world.advance("1h");
    await send(world, "idem", { order: 1 });
    expect(world.runs()).toHaveLength(3);
  });

  test("I-2 · an event of the same id within a day is the same event", async () => {
    const world = await newWorld([client.createFunction(on("same"), () => {})]);
    for (const data of [{ n: 1 }, { n: 2 }]) await world.send({ name: "shop/same", id: "e1", data });
    expect(world.run().event).toMatchObject({ id: "e1", data: { n: 1 } });
  });
});

describe("order", () => {
  test("P-1 · priority: who is more urgent overtakes", async () => {
    const fn = client.createFunction(
      { ...on("prio"), concurrency: 1, priority: { run: "event.data.vip ? 120 : 0" } },
      async ({ step }) => {
        await step.run("work", () => {});
      },
    );
    const world = await newWorld([fn]);
    world.mock("work", null, { takes: "10m" });
    await send(world, "prio", { vip: false }, { vip: false });
    await world.advance("1m");
    await send(world, "prio", { vip: true });
    await world.advance("29m");
    expect(startsMin(world)).toEqual([0, 20, 10]);
  });

  test("P-2 · a negative priority starts later", async () => {
    const fn = client.createFunction({ ...on("late"), priority: { run: "0 - 60" } }, () => {});
    const world = await newWorld([fn]);
    await many(world, "late", 1);
    await world.advance("5m");
    expect(startsMin(world)).toEqual([1]);
  });
});

describe("reasons", () => {
  test("why a run waits, with the limit, its holder and the time; and what became of events", async () => {
    const held = client.createFunction(
      { ...on("held"), concurrency: { limit: 1, key: "event.data.to" } },
      async ({ step }) => {
        await step.run("work", () => {});
      },
    );
    const limited = client.createFunction(
      { ...on("limited"), triggers: [{ event: "shop/held" }], rateLimit: { limit: 1, period: "1h" } },
      () => {},
    );
    const world = await newWorld([held, limited]);
    world.mock("work", null, { takes: "10m" });
    await send(world, "held", { to: "ada" });
    const [eventId = ""] = await world.send({ name: "shop/held", data: { to: "ada" } });
    const [first, second] = world.runs("held");
    const [reason] = await world.why(second);
    expect(reason).toMatchObject({ gate: "concurrency", step: null });
    expect(reason?.message).toContain(first?.id);
    expect(await world.why(first)).toMatchObject([{ gate: "app", step: "work" }]);
    const outcomes = await world.outcomes(eventId);
    expect(outcomes).toHaveLength(2);
    expect(outcomes).toContainEqual(
      expect.objectContaining({ functionId: "held", outcome: "started", runId: second?.id }),
    );
    expect(outcomes).toContainEqual(
      expect.objectContaining({
        functionId: "limited",
        gate: "rateLimit",
        runId: null,
        until: new Date(Date.parse(START) + 3_600_000),
      }),
    );
    await world.advance("20m");
    expect(await world.why("limited")).toEqual([]);
    await expect(world.why("held")).rejects.toThrow("2 runs fit");
    await expect(world.outcomes("e1")).rejects.toThrow('no event "e1"');
  });

  test("why a run waits for another: its sleep", async () => {
    const child = client.createFunction(on("child"), ({ step }) => step.sleep("nap", "2h"));
    const parent = client.createFunction(on("parent"), ({ step }) =>
      step.invoke("call", { function: child, data: {} }),
    );
    const world = await newWorld([parent, child]);
    await send(world, "parent", {});
    const [reason] = await world.why("parent");
    expect(reason).toMatchObject({ gate: "invoke", step: "call", child: { runId: world.run("child").id } });
    expect(reason?.child?.waiting).toMatchObject([
      { gate: "sleep", step: "nap", until: new Date(Date.parse(START) + 2 * 3_600_000) },
    ]);
  });
});

describe("pause", () => {
  const make = () =>
    client.createFunction(on("checkout"), async ({ step }) => {
      await step.sleep("hour", "1h");
    });

  test("K-7 · a paused function stands still, skips what comes, and goes on when it is resumed", async () => {
    const world = await newWorld([make()]);
    await many(world, "checkout", 1);
    await world.pause("checkout");
    await many(world, "checkout", 1);
    expect(world.runs()[1]).toMatchObject({ status: "skipped", reason: "FunctionPaused" });
    await world.advance("3h");
    expect(world.runs()[0]).toHaveEnded("running");
    await world.resume("checkout");
    expect(statuses(world)).toEqual(["completed", "skipped"]);
    await many(world, "checkout", 1);
    expect(world.runs()[2]).toMatchObject({ status: "running", reason: null });
  });

  test("a drained function ends what it has", async () => {
    const world = await newWorld([make()]);
    await many(world, "checkout", 1);
    await world.drain("checkout");
    await many(world, "checkout", 1);
    await world.advance("1h");
    expect(statuses(world)).toEqual(["completed", "skipped"]);
    expect(() => expect(world.runs()[1]).toHaveEnded()).toThrow(/is skipped.*FunctionDrained/s);
  });

  test("of a function that is not there the others are named", async () => {
    const world = await createWorld({ client, functions: [make()] });
    await expect(world.pause("chekout")).rejects.toThrow(
      'no function "chekout" in this world. There are: checkout.',
    );
    await world.close();
  });
});
