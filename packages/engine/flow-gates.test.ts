/** Gates through the engine: rate limit, debounce, batch, singleton, and the steps that invoke such functions (semantics §6). */
import { afterEach, describe, expect, test } from "vitest";
import {
  BEGIN,
  type FlowWorld,
  fn,
  invokeOp,
  openWorld,
  planned,
  returned,
  sleepOp,
} from "./fixtures/flow-world.ts";

const worlds: FlowWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});
async function open(...given: Parameters<typeof openWorld>): Promise<FlowWorld> {
  const world = await openWorld(...given);
  worlds.push(world);
  return world;
}
const data = (world: FlowWorld) => world.calls.map((call) => call.events.map((event) => event.data.n));
const debounce = { periodMs: 5000 };
const batch = { maxSize: 3, timeoutMs: 5000 };

describe("a rate limit", () => {
  const rateLimit = { limit: 2, periodMs: 10_000, option: "rateLimit" as const };

  test("RL-2 · two together make one run, a third one 5 s later makes the second", async () => {
    const world = await open({}, fn("f", { rateLimit }));
    await world.send("f");
    await world.send("f");
    await world.calm();
    expect(await world.runs("f")).toHaveLength(1);
    world.clock.to(BEGIN + 5000);
    await world.send("f");
    await world.calm();
    expect(await world.runs("f")).toHaveLength(2);
  });

  test("what has counted outlives the process", async () => {
    const world = await open({}, fn("f", { rateLimit }));
    await world.send("f");
    await world.calm();
    await world.stop();
    const next = await open({ clock: world.clock, store: world.store });
    await next.send("f");
    await next.calm();
    expect(await next.runs("f")).toHaveLength(1);
  });

  test("a rerun is neither limited nor counted", async () => {
    const world = await open({}, fn("f", { rateLimit: { ...rateLimit, limit: 1 } }));
    await world.send("f");
    await world.calm();
    world.calls[0]?.answer(returned(1));
    const [first] = await world.until("it is done", async () => {
      const runs = await world.runs("f");
      return runs[0]?.status === "completed" && runs;
    });
    await world.engine.rerun(first?.id ?? "", null);
    await world.calm();
    expect(await world.runs("f")).toHaveLength(2);
    world.clock.to(BEGIN + 10_000);
    await world.send("f");
    await world.calm();
    expect(await world.runs("f")).toHaveLength(3);
  });

  test("a rerun does not need the key either, which the event of then may not have", async () => {
    const world = await open({}, fn("f"));
    await world.send("f", { n: "x" });
    await world.calm();
    const [first] = await world.runs("f");
    await world.sync(fn("f", { rateLimit: { ...rateLimit, key: "int(event.data.n)" } }));
    await world.engine.rerun(first?.id ?? "", null);
    expect(await world.runs("f")).toHaveLength(2);
  });

  test("RL-5 · a step that invokes a limited function fails at once, with the reason", async () => {
    const world = await open({}, fn("f", { rateLimit }), fn("parent"));
    await world.send("f");
    await world.send("parent");
    await world.until("both are called", () => world.calls.length === 2);
    world.calls.find(({ slug }) => slug === "parent")?.answer(planned(invokeOp("i", "app-f")));
    const again = await world.until(
      "the parent hears of it",
      () => world.calls.find(({ slug, steps }) => slug === "parent" && "i" in steps) ?? null,
    );
    expect(again.steps.i).toMatchObject({
      type: "error",
      error: { name: "InvokeRefused", message: "function app-f is rate limited" },
    });
  });
});

describe("a debounce", () => {
  test("D-1 · one run with the last event, exactly one period after it", async () => {
    const world = await open({}, fn("f", { debounce }));
    for (const [at, n] of [
      [0, 1],
      [2000, 2],
      [4000, 3],
    ] as const) {
      world.clock.to(BEGIN + at);
      await world.send("f", { n });
      await world.calm();
    }
    world.clock.to(BEGIN + 8999);
    await world.calm();
    expect(await world.runs()).toEqual([]);
    world.clock.to(BEGIN + 9000);
    await world.calm();
    expect(data(world)).toEqual([[3]]);
    expect(await world.runs("f")).toHaveLength(1);
  });

  test("D-5 · an event after the run opens a new window", async () => {
    const world = await open({}, fn("f", { debounce }));
    for (const [at, n] of [
      [0, 1],
      [6000, 2],
    ] as const) {
      world.clock.to(BEGIN + at);
      await world.calm();
      await world.send("f", { n });
      await world.calm();
    }
    world.clock.to(BEGIN + 11_000);
    await world.calm();
    expect(data(world)).toEqual([[1], [2]]);
  });

  test("a user's id is looked at when it fires: a repeated one makes no second run", async () => {
    const world = await open({}, fn("f", { debounce }));
    await world.send("f", { n: 1 }, { externalId: "same" });
    await world.calm();
    world.clock.to(BEGIN + 5000);
    await world.calm();
    await world.send("f", { n: 2 }, { externalId: "same" });
    await world.calm();
    world.clock.to(BEGIN + 10_000);
    await world.calm();
    expect(await world.runs("f")).toHaveLength(1);
  });

  test("a function that is gone by then starts nothing, and nothing is left", async () => {
    const world = await open({}, fn("f", { debounce }), fn("other"));
    await world.send("f");
    await world.calm();
    await world.sync(fn("other"));
    world.clock.to(BEGIN + 5000);
    await world.calm();
    expect(await world.runs()).toEqual([]);
    expect(await world.store.read.nextDue(0)).toBeNull();
  });

  test("a restart in between loses nothing: it fires at its time, or at once when that is over", async () => {
    const world = await open({}, fn("f", { debounce }));
    await world.send("f", { n: 1 });
    await world.calm();
    await world.stop();
    world.clock.to(BEGIN + 60_000);
    const next = await open({ clock: world.clock, store: world.store });
    await next.until("it fires", () => next.calls.length === 1);
    expect(data(next)).toEqual([[1]]);
  });

  test("paused when it fires: one skipped run", async () => {
    const world = await open({}, fn("f", { debounce }));
    await world.send("f");
    await world.calm();
    await world.engine.setMode("app-f", "paused");
    world.clock.to(BEGIN + 5000);
    await world.calm();
    expect(await world.statuses("f")).toEqual(["skipped"]);
  });

  test("a rerun does not wait for it", async () => {
    const world = await open({}, fn("f", { debounce }));
    await world.send("f", { n: 1 });
    await world.calm();
    world.clock.to(BEGIN + 5000);
    await world.calm();
    const [first] = await world.runs("f");
    await world.engine.rerun(first?.id ?? "", null);
    await world.calm();
    expect(data(world)).toEqual([[1], [1]]);
  });

  test("an invoke that it merges away is not answered; the one that stays is (semantics §7.5)", async () => {
    const world = await open({}, fn("f", { debounce }), fn("parent"));
    for (const n of [1, 2]) {
      world.clock.to(BEGIN + n);
      await world.send("parent", { n });
      await world.until(`parent ${n} calls`, () => world.calls.length === 1);
      world.calls[0]?.answer(planned(invokeOp("i", "app-f")));
      await world.calm();
    }
    world.clock.to(BEGIN + 6000);
    await world.calm();
    expect(world.calls.map(({ slug }) => slug)).toEqual(["f"]);
    world.calls[0]?.answer(returned("done"));
    await world.calm();
    expect(data(world)).toEqual([[2]]);
  });
});

describe("a batch", () => {
  test("B-1 · the event that fills it starts it at once; the rest at the end of its time", async () => {
    const world = await open({}, fn("f", { batch }));
    for (let n = 0; n < 5; n += 1) {
      await world.send("f", { n });
      await world.calm();
    }
    expect(data(world)).toEqual([[0, 1, 2]]);
    world.clock.to(BEGIN + 4999);
    await world.calm();
    expect(world.calls).toHaveLength(1);
    world.clock.to(BEGIN + 5000);
    await world.calm();
    expect(data(world)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  test("many events in one request: full batches and one that is open", async () => {
    const world = await open({}, fn("f", { batch }));
    const events = Array.from({ length: 8 }, (_, n) => {
      const id = world.engine.newId();
      return { id, externalId: "same", name: "f", ts: BEGIN, body: { data: { n } } };
    });
    await world.engine.receive(events);
    await world.calm();
    expect((await world.runs("f")).map(({ eventIds }) => eventIds.length)).toEqual([3, 3]);
    world.clock.to(BEGIN + 5000);
    await world.calm();
    const all = (await world.runs("f")).flatMap(({ eventIds }) => eventIds);
    expect(all.toSorted()).toEqual(events.map(({ id }) => id));
  });

  test("the wake of a batch that has filled up meanwhile does not end the next one early", async () => {
    const world = await open({}, fn("f", { batch }));
    await world.send("f", { n: 0 });
    await world.calm();
    world.clock.to(BEGIN + 4000);
    for (let n = 1; n < 4; n += 1) {
      await world.send("f", { n });
      await world.calm();
    }
    world.clock.to(BEGIN + 5000);
    await world.calm();
    expect(data(world)).toEqual([[0, 1, 2]]);
    world.clock.to(BEGIN + 9000);
    await world.calm();
    expect(data(world)).toEqual([[0, 1, 2], [3]]);
  });

  test("a rerun has all its events again, and does not wait for others", async () => {
    const world = await open({}, fn("f", { batch }));
    for (let n = 0; n < 3; n += 1) await world.send("f", { n });
    await world.until("it is called", () => world.calls.length === 1);
    const [first] = await world.runs("f");
    await world.engine.rerun(first?.id ?? "", null);
    await world.until("it is called again", () => world.calls.length === 2);
    expect(data(world)[1]?.toSorted()).toEqual([0, 1, 2]);
  });

  test("B-4 · three invokes in one batch get one answer", async () => {
    const world = await open({}, fn("f", { batch }), fn("parent"));
    for (let n = 0; n < 3; n += 1) await world.send("parent");
    await world.until("all call", () => world.calls.length === 3);
    for (const call of [...world.calls]) call.answer(planned(invokeOp("i", "app-f")));
    const child = await world.until(
      "the batch is called",
      () => world.calls.find(({ slug }) => slug === "f") ?? null,
    );
    expect(child.events).toHaveLength(3);
    child.answer(returned("all of you"));
    const parents = await world.until("all hear of it", () => {
      const told = world.calls.filter(({ slug, steps }) => slug === "parent" && "i" in steps);
      return told.length === 3 && told;
    });
    for (const { steps } of parents) expect(steps.i).toMatchObject({ data: "all of you" });
  });
});

describe("a singleton", () => {
  test("S-1, S-4 · skip: while run 1 sleeps the next is skipped; after its end another one runs", async () => {
    const world = await open({}, fn("f", { singleton: { mode: "skip" } }));
    await world.send("f");
    await world.calm();
    world.calls[0]?.answer(planned(sleepOp("nap", "1h")));
    await world.calm();
    await world.send("f");
    await world.calm();
    expect(await world.statuses("f")).toEqual(["running", "skipped"]);
    const [first] = await world.runs("f");
    await world.engine.cancel(first?.id ?? "");
    await world.send("f");
    await world.calm();
    expect(await world.statuses("f")).toEqual(["cancelled", "skipped", "running"]);
  });

  test("S-2 · cancel: run 1 is cancelled, run 2 runs, and a function that listens is told", async () => {
    const listener = fn("listener", { triggers: [{ event: "inngest/function.cancelled" }] });
    const world = await open({}, fn("f", { singleton: { mode: "cancel" } }), listener);
    await world.send("f", { n: 1 });
    await world.calm();
    await world.send("f", { n: 2 });
    await world.calm();
    expect(await world.statuses("f")).toEqual(["cancelled", "running"]);
    expect(world.calls.filter(({ slug }) => slug === "listener")).toHaveLength(1);
  });

  test("cancel: of many events at once one run is left, and none runs beside it", async () => {
    const world = await open({}, fn("f", { singleton: { mode: "cancel" } }));
    await Promise.all(Array.from({ length: 12 }, (_, n) => world.send("f", { n })));
    await world.calm();
    const statuses = await world.statuses("f");
    expect(statuses).toHaveLength(12);
    expect(statuses.filter((status) => status === "running" || status === "queued")).toHaveLength(1);
    expect(new Set(statuses.filter((status) => status !== "running"))).not.toContain("completed");
  });

  test("skip: of many events at once one runs", async () => {
    const world = await open({}, fn("f", { singleton: { mode: "skip" } }));
    await Promise.all(Array.from({ length: 12 }, (_, n) => world.send("f", { n })));
    await world.calm();
    expect((await world.statuses("f")).toSorted()).toEqual([
      "running",
      ...Array.from({ length: 11 }, () => "skipped"),
    ]);
  });

  test("a tick of a schedule is kept single, too, and says what became of it", async () => {
    const schedule = fn("f", { triggers: [{ cron: "* * * * *" }], singleton: { mode: "skip" } });
    const world = await open({}, schedule);
    for (const at of [50_000, 110_000]) {
      world.clock.to(BEGIN + at);
      await world.calm();
    }
    expect(await world.statuses("f")).toEqual(["running", "skipped"]);
    const [fnRow] = await world.store.read.functions();
    const ticks = await world.store.read.ticks({ functionId: fnRow?.id ?? "", cron: "* * * * *", limit: 9 });
    expect(ticks.map(({ outcome }) => outcome).toSorted()).toEqual(["skipped", "started"]);
  });

  test("a tick replaces the run of the one before it in mode cancel", async () => {
    const schedule = fn("f", { triggers: [{ cron: "* * * * *" }], singleton: { mode: "cancel" } });
    const world = await open({}, schedule);
    for (const at of [50_000, 110_000]) {
      world.clock.to(BEGIN + at);
      await world.calm();
    }
    expect(await world.statuses("f")).toEqual(["cancelled", "running"]);
  });
});

describe("a tick of a schedule", () => {
  test("that is rate limited starts nothing and is written down as limited", async () => {
    const rateLimit = { limit: 1, periodMs: 600_000, option: "rateLimit" as const };
    const world = await open({}, fn("f", { triggers: [{ cron: "* * * * *" }], rateLimit }));
    for (const at of [50_000, 110_000]) {
      world.clock.to(BEGIN + at);
      await world.calm();
    }
    expect(await world.runs("f")).toHaveLength(1);
    const [row] = await world.store.read.functions();
    const ticks = await world.store.read.ticks({ functionId: row?.id ?? "", cron: "* * * * *", limit: 9 });
    expect(ticks.map(({ outcome }) => outcome).toSorted()).toEqual(["limited", "started"]);
  });

  test("of a batched and debounced function runs at once (semantics §3.4, §6.1)", async () => {
    const triggers = [{ cron: "* * * * *" }, { event: "f" }];
    const world = await open({}, fn("f", { triggers, batch }), fn("g", { triggers, debounce }));
    world.clock.to(BEGIN + 50_000);
    await world.calm();
    expect(world.calls.map(({ slug }) => slug).toSorted()).toEqual(["f", "g"]);
  });

  test("of a paused function is a skipped run", async () => {
    const world = await open({}, fn("f", { triggers: [{ cron: "* * * * *" }] }));
    await world.engine.setMode("app-f", "paused");
    world.clock.to(BEGIN + 50_000);
    await world.calm();
    expect(await world.statuses("f")).toEqual(["skipped"]);
  });
});
