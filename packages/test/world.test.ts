/** The kit with SDK v4: the real engine, a clock that only the test moves, no sockets. */
import "@stepwell/test/vitest";
import type { TestRun, TestStep } from "@stepwell/test";
import { cron, RetryAfterError } from "inngest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { client, dataOf, newWorld, on, START } from "./fixtures/shop.ts";

describe("time", () => {
  test("a flow of thirty days runs, each step at its own time", async () => {
    const at: string[] = [];
    const fn = client.createFunction(on("course"), async ({ step }) => {
      for (let day = 0; day < 30; day += 1) {
        await step.run(`lesson-${day}`, () => at.push(world.now().toISOString()));
        await step.sleep(`night-${day}`, "1d");
      }
      return "done";
    });
    const world = await newWorld([fn]);
    await world.send({ name: "shop/course" });
    expect(world.run()).toHaveEnded("running");
    expect(world.run().steps["night-0"]?.status).toBe("sleeping");
    await world.advance("10d");
    expect(at.slice(-1)).toEqual(["2026-03-11T12:00:00.000Z"]);
    await world.advance("20d");
    expect(world.run()).toHaveEnded("completed");
    expect(world.run()).toMatchObject({ output: "done", endedAt: new Date("2026-03-31T12:00:00Z") });
    expect(at).toHaveLength(30);
  });

  test("cron ticks fire in order, each at its own time", async () => {
    const ticks: string[] = [];
    const tick = (id: string, schedule: string) =>
      client.createFunction({ id, triggers: [cron(schedule)] }, () => {
        ticks.push(`${id} ${world.now().toISOString().slice(5, 16)}`);
      });
    const world = await newWorld([tick("noon", "0 12 * * *"), tick("six", "TZ=Europe/Berlin 0 6 * * *")]);
    await world.advance("2d");
    expect(ticks).toEqual(["six 03-02T05:00", "noon 03-02T12:00", "six 03-03T05:00", "noon 03-03T12:00"]);
    expect(world.runs("noon")).toHaveLength(2);
  });

  test("advance takes milliseconds and dates, too, and refuses what is no time", async () => {
    const world = await newWorld([client.createFunction(on("none"), () => {})]);
    await world.advance(1500);
    expect(world.now().toISOString()).toBe("2026-03-01T12:00:01.500Z");
    await world.advance(new Date("2026-03-02T00:00:00Z"));
    expect(world.now().toISOString()).toBe("2026-03-02T00:00:00.000Z");
    await expect(world.advance("soon")).rejects.toThrow('advance takes a duration such as "3d"');
    await expect(world.advance(new Date(START))).rejects.toThrow("a later date");
  });

  test("events that the SDK stamps with the machine's time belong to the world's", async () => {
    const fn = client.createFunction(on("stamped"), ({ event }) => event.ts);
    const world = await newWorld([fn]);
    await client.send({ name: "shop/stamped" });
    await world.settled();
    expect(world.run().output).toBe(Date.parse(START));
  });
});

test("what a test looks at has exact types", async () => {
  const world = await newWorld([client.createFunction(on("typed"), () => {})]);
  expectTypeOf(world.run).returns.toEqualTypeOf<TestRun>();
  expectTypeOf(world.runs).returns.toEqualTypeOf<TestRun[]>();
  expectTypeOf<TestRun["steps"]>().toEqualTypeOf<Readonly<Record<string, TestStep>>>();
  expectTypeOf<TestStep["status"]>().extract<"done">().toBeNever();
  expectTypeOf<TestRun["status"]>().toEqualTypeOf<
    "queued" | "running" | "completed" | "failed" | "cancelled" | "skipped"
  >();
  expectTypeOf(world.send).returns.resolves.toEqualTypeOf<string[]>();
  expectTypeOf(world.why).returns.resolves.items.toHaveProperty("until").toEqualTypeOf<Date | null>();
});

describe("what the engine does is for real", () => {
  test("a failing step is tried again after its back-off, then the run fails and onFailure runs", async () => {
    const told: string[] = [];
    const fn = client.createFunction(
      { ...on("charge"), retries: 2, onFailure: ({ error }) => void told.push(error.message) },
      async ({ step }) => {
        await step.run("charge-card", () => {
          throw new Error("card declined");
        });
      },
    );
    const world = await newWorld([fn]);
    await world.send({ name: "shop/charge" });
    expect(world.run().steps["charge-card"]).toMatchObject({ status: "retrying", attempts: 1 });
    await world.advance("1h");
    expect(world.run("charge")).toHaveEnded("failed");
    expect(world.run("charge").error).toMatchObject({ message: "card declined" });
    expect(world.run("charge").steps["charge-card"]).toMatchObject({ status: "failed", attempts: 3 });
    expect(world.run("charge-failure")).toHaveEnded("completed");
    expect(told).toEqual(["card declined"]);
  });

  test("RetryAfterError waits as long as it says", async () => {
    let tries = 0;
    const fn = client.createFunction(on("later"), async ({ step }) => {
      await step.run("ask", () => {
        tries += 1;
        if (tries === 1) throw new RetryAfterError("busy", "2h");
      });
    });
    const world = await newWorld([fn]);
    await world.send({ name: "shop/later" });
    await world.advance("119m");
    expect(tries).toBe(1);
    await world.advance("1m");
    expect(world.run()).toHaveEnded();
  });

  test("waits find their event, or time out", async () => {
    const fn = client.createFunction(on("order"), async ({ step }) => {
      const paid = await step.waitForEvent("paid", {
        event: "shop/paid",
        timeout: "7d",
        if: "event.data.id == async.data.id",
      });
      return paid === null ? "expired" : paid.data.by;
    });
    const world = await newWorld([fn]);
    await world.send([
      { name: "shop/order", data: { id: 1 } },
      { name: "shop/order", data: { id: 2 } },
    ]);
    expect(world.runs().map(({ steps }) => steps["paid"]?.status)).toEqual(["waiting", "waiting"]);
    await world.send({ name: "shop/paid", data: { id: 2, by: "card" } });
    await world.advance("7d");
    expect(world.runs().map(({ output }) => output)).toEqual(["expired", "card"]);
  });

  test("signals, invokes and events from steps work without a server", async () => {
    const double = client.createFunction(on("double"), ({ event }) => Number(dataOf(event)["n"]) * 2);
    const fn = client.createFunction(on("parent"), async ({ step }) => {
      const approval = await step.waitForSignal("approval", {
        signal: "approve/1",
        timeout: "1d",
        onConflict: "replace",
      });
      const doubled = await step.invoke("double-it", { function: double, data: { n: 21 } });
      await step.sendEvent("tell", { name: "email/send", data: { doubled } });
      await client.send({ name: "audit/done", data: {} });
      return { approval: approval?.data, doubled };
    });
    const world = await newWorld([fn, double]);
    await world.send({ name: "shop/parent" });
    expect(world.sent()).toEqual([]);
    expect(await world.signal("approve/1", { by: "ada" })).toBe(world.run("parent").id);
    expect(world.run("parent").output).toEqual({ approval: { by: "ada" }, doubled: 42 });
    expect(world.sent("email/send").map(({ data }) => data)).toEqual([{ doubled: 42 }]);
    expect(world.sent().map(({ name }) => name)).toEqual(["email/send", "audit/done"]);
    expect(await world.signal("approve/1")).toBeNull();
  });

  test("concurrency holds runs back while one is at work", async () => {
    const gates: (() => void)[] = [];
    const fn = client.createFunction({ ...on("one"), concurrency: 1 }, async ({ step }) => {
      await step.run("work", () => new Promise<void>((resolve) => gates.push(resolve)));
    });
    const world = await newWorld([fn]);
    await world.send([{ name: "shop/one" }, { name: "shop/one" }], { settle: false });
    await expect.poll(() => gates.length).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(gates).toHaveLength(1);
    gates[0]?.();
    await expect.poll(() => gates.length).toBe(2);
    gates[1]?.();
    await world.settled();
    expect(world.runs().map(({ status }) => status)).toEqual(["completed", "completed"]);
  });

  test("a run can be cancelled while it sleeps", async () => {
    const fn = client.createFunction(on("sleepy"), ({ step }) => step.sleep("long", "30d"));
    const world = await newWorld([fn]);
    await world.send({ name: "shop/sleepy" });
    await world.cancel(world.run());
    expect(world.run()).toHaveEnded("cancelled");
    expect(world.run().steps["long"]?.status).toBe("cancelled");
  });
});
