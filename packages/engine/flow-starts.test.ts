/** Limits on starts through the engine: throttle, limits on runs, pause, shared counters, and what a sync changes (semantics §6.2, §6.3, §6.11). */
import { afterEach, describe, expect, test } from "vitest";
import { BEGIN, type FlowWorld, fn, openWorld, planned, returned, sleepOp } from "./fixtures/flow-world.ts";

const worlds: FlowWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});
async function open(...given: Parameters<typeof openWorld>): Promise<FlowWorld> {
  const world = await openWorld(...given);
  worlds.push(world);
  return world;
}
const throttle = { limit: 1, periodMs: 5000, burst: 0 };

describe("throttle", () => {
  test("TH-1 · three events: starts at 0, 5 and 10 s; TH-4 · those that wait are queued", async () => {
    const world = await open({}, fn("f", { throttle }));
    for (let n = 0; n < 3; n += 1) await world.send("f", { n });
    await world.calm();
    expect(world.calls.map((call) => call.events[0]?.data.n)).toEqual([0]);
    expect(await world.statuses("f")).toEqual(["running", "queued", "queued"]);
    for (const [at, count] of [
      [4999, 1],
      [5000, 2],
      [9999, 2],
      [10_000, 3],
    ] as const) {
      world.clock.to(BEGIN + at);
      await world.calm();
      expect([at, world.calls.length]).toEqual([at, count]);
    }
    expect(world.calls.map((call) => call.events[0]?.data.n)).toEqual([0, 1, 2]);
  });

  test("steps of a run are not throttled", async () => {
    const world = await open({}, fn("f", { throttle }));
    await world.send("f");
    await world.send("f");
    await world.calm();
    world.calls[0]?.answer(planned({ op: "StepPlanned", id: "a", displayName: "a", userland: { id: "a" } }));
    await world.calm();
    expect(world.calls).toHaveLength(1);
    expect(await world.statuses("f")).toEqual(["running", "queued"]);
    world.calls[0]?.answer(returned("done"));
    await world.calm();
    expect(await world.statuses("f")).toEqual(["completed", "queued"]);
  });

  test("a sync that takes the throttle away, or makes it faster, is felt at once", async () => {
    const hourly = { ...throttle, periodMs: 3_600_000 };
    const world = await open({}, fn("f", { throttle: hourly }));
    for (let n = 0; n < 3; n += 1) await world.send("f");
    await world.calm();
    expect(world.calls).toHaveLength(1);
    await world.sync(fn("f", { throttle: { ...hourly, limit: 60 } }));
    await world.calm();
    expect(world.calls).toHaveLength(1);
    world.clock.to(BEGIN + 60_000);
    await world.calm();
    expect(world.calls.length).toBeGreaterThanOrEqual(2);
    await world.sync(fn("f"));
    await world.calm();
    expect(world.calls).toHaveLength(3);
  });

  test("its state outlives the process: the next one starts when it would have started", async () => {
    const world = await open({}, fn("f", { throttle }));
    await world.send("f");
    await world.send("f");
    await world.calm();
    world.calls[0]?.answer(returned(1));
    await world.calm();
    await world.stop();
    const next = await open({ clock: world.clock, store: world.store });
    await next.calm();
    expect(next.calls).toHaveLength(0);
    next.clock.to(BEGIN + 5000);
    await next.until("the second run starts", () => next.calls.length === 1);
  });
});

describe("a limit on runs", () => {
  const limited = fn("f", { concurrency: [{ limit: 1, scope: "fn", level: "run" }] });

  test("C-7 · run A sleeps 5 s: run B does not start before A has ended", async () => {
    const world = await open({}, limited);
    await world.send("f");
    await world.send("f");
    await world.calm();
    world.calls[0]?.answer(planned(sleepOp("nap", "5s")));
    await world.calm();
    expect(world.calls).toHaveLength(0);
    world.clock.to(BEGIN + 5000);
    await world.until("A goes on", () => world.calls.length === 1);
    expect(await world.statuses("f")).toEqual(["running", "queued"]);
    world.calls[0]?.answer(returned("A"));
    await world.until("B starts", async () => (await world.statuses("f"))[1] === "running");
    expect(await world.statuses("f")).toEqual(["completed", "running"]);
  });

  test("a run that is cancelled while it sleeps makes room", async () => {
    const world = await open({}, limited);
    await world.send("f");
    await world.send("f");
    await world.calm();
    world.calls[0]?.answer(planned(sleepOp("nap", "1h")));
    await world.calm();
    const [first] = await world.runs("f");
    await world.engine.cancel(first?.id ?? "");
    await world.until("the second one starts", () => world.calls.length === 1);
  });

  test("a call that is made again after a crash does not take the slot twice", async () => {
    const world = await open({}, limited);
    await world.send("f");
    await world.send("f");
    await world.calm();
    await world.stop();
    const next = await open({ clock: world.clock, store: world.store });
    await next.until("the call is made again", () => next.calls.length === 1);
    await next.calm();
    expect(next.calls).toHaveLength(1);
    next.calls[0]?.answer(returned(1));
    await next.until(
      "the second run starts",
      async () => (await next.statuses("f"))[0] === "completed" && next.calls.length === 1,
    );
    next.calls[0]?.answer(returned(2));
    await next.until(
      "both are done",
      async () => (await next.statuses("f")).join() === "completed,completed",
    );
  });

  test("a start that was cancelled behind very many others holds no slot", async () => {
    const world = await open({ queueWorkers: 1 }, fn("busy"), limited);
    await world.send("busy");
    await world.until("the only worker is taken", () => world.calls.length === 1);
    const events = Array.from({ length: 320 }, () => {
      const id = world.engine.newId();
      return { id, externalId: id, name: "f", ts: world.clock.now(), body: { data: {} } };
    });
    await world.engine.receive(events);
    await world.until("all are queued", async () => (await world.runs("f")).length === 320);
    const [first] = await world.runs("f");
    await world.engine.cancel(first?.id ?? "");
    world.calls[0]?.answer(returned(null));
    await world.until("another run starts", () => world.calls.length === 1);
    expect(world.calls[0]?.runId).not.toBe(first?.id);
  });
});

describe("pause and drain (semantics §6.11)", () => {
  test("a paused function's runs are held between two calls and go on after the resume, no attempt counted", async () => {
    const world = await open({}, fn("f"), fn("g"));
    await world.send("f");
    await world.calm();
    expect(await world.engine.setMode("app-f", "paused")).toMatchObject({ slug: "app-f", mode: "paused" });
    world.calls[0]?.answer(planned(sleepOp("nap", "1s")));
    await world.calm();
    world.clock.to(BEGIN + 1000);
    await world.send("g");
    await world.calm();
    expect(world.calls.map(({ slug }) => slug)).toEqual(["g"]);
    expect(await world.statuses("f")).toEqual(["running"]);
    await world.engine.setMode("app-f", "active");
    await world.until("it goes on", () => world.calls.length === 2);
  });

  test("K-7 · new events are skipped, and not run after the resume", async () => {
    const world = await open({}, fn("f"));
    await world.engine.setMode("app-f", "paused");
    await world.send("f");
    await world.calm();
    expect(await world.statuses("f")).toEqual(["skipped"]);
    await world.engine.setMode("app-f", "active");
    await world.calm();
    expect(world.calls).toHaveLength(0);
    await world.send("f");
    await world.until("a new one runs", () => world.calls.length === 1);
  });

  test("drained: new runs are skipped, those that run end as ever", async () => {
    const world = await open({}, fn("f"));
    await world.send("f");
    await world.calm();
    await world.engine.setMode("app-f", "drained");
    await world.send("f");
    await world.calm();
    world.calls[0]?.answer(planned({ op: "StepPlanned", id: "a", displayName: "a", userland: { id: "a" } }));
    await world.until("its step is called", () => world.calls.length === 1);
    world.calls[0]?.answer(returned(1));
    await world.until("it is done", async () => (await world.statuses("f"))[0] === "completed");
    expect(await world.statuses("f")).toEqual(["completed", "skipped"]);
  });

  test("a sync and a restart leave it as it is", async () => {
    const world = await open({}, fn("f"));
    await world.engine.setMode("app-f", "paused");
    await world.sync(fn("f", { maxAttempts: 3 }));
    await world.stop();
    const next = await open({ clock: world.clock, store: world.store });
    await next.send("f");
    await next.calm();
    expect(await next.statuses("f")).toEqual(["skipped"]);
  });

  test("calls queued before the pause are held as well, all of them, and none is lost", async () => {
    const one = { limit: 1, key: "event.data.n", scope: "fn" as const };
    const world = await open({ queueWorkers: 1 }, fn("f", { concurrency: [one] }), fn("busy"));
    await world.send("busy");
    await world.until("the only worker is taken", () => world.calls.length === 1);
    for (let n = 0; n < 30; n += 1) await world.send("f", { n });
    await world.until("all are queued", async () => (await world.runs("f")).length === 30);
    await world.engine.setMode("app-f", "paused");
    world.calls[0]?.answer(returned(null));
    await world.calm();
    expect(world.calls).toHaveLength(0);
    await world.engine.setMode("app-f", "active");
    for (let n = 0; n < 30; n += 1) {
      await world.until(`call ${n} comes`, () => world.calls.length === 1);
      world.calls[0]?.answer(returned(n));
    }
    await world.until("all are done", async () => new Set(await world.statuses("f")).size === 1);
    expect(new Set(await world.statuses("f"))).toEqual(new Set(["completed"]));
  });

  test("nobody is paused by a name that is not known", async () => {
    const world = await open({}, fn("f"));
    await expect(world.engine.setMode("app-none", "paused")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a counter that functions share", () => {
  const shared = (limit: number) => ({ limit, key: "'g'", scope: "account" as const });

  test("C-5 · two functions never have two calls at once", async () => {
    const world = await open(
      {},
      fn("a", { concurrency: [shared(1)] }),
      fn("b", { concurrency: [shared(1)] }),
    );
    for (const name of ["a", "b", "a", "b"]) await world.send(name);
    for (let n = 0; n < 4; n += 1) {
      await world.until(`call ${n} comes`, () => world.calls.length === 1);
      await world.calm();
      expect(world.calls).toHaveLength(1);
      world.calls[0]?.answer(returned(n));
    }
    await world.until("all are done", async () =>
      (await world.runs()).every(({ status }) => status === "completed"),
    );
  });

  test("a sync that raises one function's number is felt at once, by that function alone", async () => {
    const world = await open(
      {},
      fn("a", { concurrency: [shared(1)] }),
      fn("b", { concurrency: [shared(1)] }),
    );
    for (const name of ["a", "b", "b", "a"]) await world.send(name);
    await world.calm();
    expect(world.calls.map(({ slug }) => slug)).toEqual(["a"]);
    await world.sync(fn("a", { concurrency: [shared(1)] }), fn("b", { concurrency: [shared(3)] }));
    await world.calm();
    expect(world.calls.map(({ slug }) => slug)).toEqual(["a", "b", "b"]);
  });
});
