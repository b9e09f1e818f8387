/** The life of a run, from its trigger to the events that tell of its end (semantics §1, wire.md §4), shown from outside. */
import { NonRetriableError } from "inngest";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { AppRequest } from "./app.ts";
import { openWorld, type RunView, until, type World, type WorldOptions } from "./world.ts";

interface EventView {
  id: string;
  internal_id: string;
  name: string;
  data: Record<string, unknown>;
}

let world: World;
beforeAll(async () => {
  world = await openWorld({ functions: () => [] });
});
afterEach(() => {
  world.app.intercept = null;
});
afterAll(() => world?.close());

/** Deploys these functions, and the one that `passed` needs. */
async function deploy(functions: WorldOptions["functions"]): Promise<void> {
  const barrier = world.client.createFunction(
    { id: "barrier", triggers: [{ event: "barrier" }] },
    () => "ran",
  );
  world.app.deploy([...functions(world.client), barrier]);
  await world.sync();
}

async function start(event: object): Promise<RunView> {
  const [id = ""] = await world.send(event);
  return world.runOf(id);
}

/** What was due before is done: later events have gone all the way through. */
async function passed(): Promise<void> {
  for (let i = 0; i < 2; i += 1) await world.ended((await start({ name: "barrier" })).run_id);
}

function advanceTo(at: number): void {
  world.advance(Math.max(0, at - world.clock.now()));
}

/** The lifecycle events of one run, as the API lists them. */
async function told(name: "finished" | "failed" | "cancelled", runId: string): Promise<EventView[]> {
  const { data } = await world.json<{ data: EventView[] }>(
    `/v1/events?name=inngest/function.${name}&limit=100`,
  );
  return data.filter((event) => event.data.run_id === runId);
}

async function trace(runId: string): Promise<unknown> {
  return (await world.json(`/v2/runs/${runId}/trace`)).data;
}

const bodyOf = (call: AppRequest | undefined) => JSON.parse(call?.body ?? "null");
const sdkHeaders = {
  "content-type": "application/json",
  "x-inngest-sdk": "inngest-js:v4.24.0",
  "x-inngest-req-version": "2",
};

test("L-1: two triggers that match one event make one run", async () => {
  await deploy((client) => [
    client.createFunction({ id: "l1", triggers: [{ event: "l1/made" }, { event: "l1/*" }] }, () => "once"),
  ]);
  const [id = ""] = await world.send({ name: "l1/made" });
  const run = await world.runOf(id);
  await world.ended(run.run_id);
  await passed();
  expect(await world.eventRuns(id)).toHaveLength(1);
  expect(world.app.calls("app-l1")).toHaveLength(1);
});

test("L-2: three functions that listen to one event get a run each, of the same internal event", async () => {
  await deploy((client) =>
    ["l2a", "l2b", "l2c"].map((id) =>
      client.createFunction({ id, triggers: [{ event: "l2" }] }, ({ event }) => event.id),
    ),
  );
  const [id = ""] = await world.send({ name: "l2", id: "outer-l2" });
  const runs = await until("three runs", async () => {
    const found = await world.eventRuns(id);
    return found.length === 3 && found;
  });
  expect(new Set(runs.map((run) => run.run_id)).size).toBe(3);
  expect(runs.map((run) => run.function_slug).sort()).toEqual(["app-l2a", "app-l2b", "app-l2c"]);
  for (const run of runs) {
    expect(run.event_id).toBe(id);
    expect((await world.ended(run.run_id)).output).toBe("outer-l2");
  }
  await passed();
  expect(await world.eventRuns(id)).toHaveLength(3);
});

test("L-3: an event with a future `ts` is a queued run at once and is first called at its time", async () => {
  const times: number[] = [];
  await deploy((client) => [
    client.createFunction({ id: "l3", triggers: [{ event: "l3" }] }, () => {
      times.push(world.clock.now());
    }),
  ]);
  const ts = world.clock.now() + 5000;
  const run = await start({ name: "l3", ts });
  expect(run).toMatchObject({ status: "Queued", run_started_at: null });
  await passed();
  expect(world.app.calls("app-l3")).toHaveLength(0);
  expect((await world.run(run.run_id)).status).toBe("Queued");
  advanceTo(ts);
  const ended = await world.ended(run.run_id);
  expect(ended.status).toBe("Completed");
  expect(times).toHaveLength(1);
  expect(times[0]).toBeGreaterThanOrEqual(ts);
  expect(times[0]).toBeLessThan(ts + 2500);
  expect(Date.parse(ended.run_started_at ?? "")).toBeGreaterThanOrEqual(ts);
});

test("L-4: a run that sleeps is running", async () => {
  await deploy((client) => [
    client.createFunction({ id: "l4", triggers: [{ event: "l4" }] }, async ({ step }) => {
      await step.sleep("nap", "10s");
    }),
  ]);
  const run = await start({ name: "l4" });
  await until("the nap", async () => JSON.stringify(await trace(run.run_id)).includes('"SLEEP"'));
  world.advance(3000);
  await passed();
  expect(await world.run(run.run_id)).toMatchObject({ status: "Running", ended_at: null });
  expect(world.app.calls("app-l4")).toHaveLength(1);
  world.advance(7000);
  expect((await world.ended(run.run_id)).status).toBe("Completed");
  expect(world.app.calls("app-l4")).toHaveLength(2);
});

test("L-5: a run that returns 42 publishes function.finished with run id, slug and result", async () => {
  const heard: { name: string; data: Record<string, unknown> }[] = [];
  await deploy((client) => [
    client.createFunction({ id: "l5", triggers: [{ event: "l5" }] }, () => 42),
    client.createFunction(
      {
        id: "l5-watch",
        triggers: [{ event: "inngest/function.finished", if: "event.data.function_id == 'app-l5'" }],
      },
      ({ event }) => {
        heard.push(event);
      },
    ),
  ]);
  const run = await start({ name: "l5", data: { n: 1 }, id: "outer-l5" });
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: 42 });
  const event = await until("the watcher hears", () => heard[0]);
  expect(event.name).toBe("inngest/function.finished");
  expect(event.data).toMatchObject({
    run_id: run.run_id,
    function_id: "app-l5",
    result: 42,
    event: { name: "l5", data: { n: 1 }, id: "outer-l5" },
  });
  expect(event.data).not.toHaveProperty("error");
  await passed();
  expect(heard).toHaveLength(1);
  expect(await told("finished", run.run_id)).toHaveLength(1);
  expect(await told("failed", run.run_id)).toEqual([]);
});

test("L-6: a run that fails publishes finished and failed, and the id of failed is the run id", async () => {
  await deploy((client) => [
    client.createFunction({ id: "l6", retries: 0, triggers: [{ event: "l6" }] }, () => {
      throw new TypeError("l6 broke");
    }),
  ]);
  const run = await start({ name: "l6" });
  expect((await world.ended(run.run_id)).status).toBe("Failed");
  const [finished, failed] = [await told("finished", run.run_id), await told("failed", run.run_id)];
  expect(finished).toHaveLength(1);
  expect(failed).toHaveLength(1);
  expect(failed[0]?.id).toBe(run.run_id);
  expect(finished[0]?.id).not.toBe(run.run_id);
  for (const event of [finished[0], failed[0]]) {
    expect(event?.data).toMatchObject({
      function_id: "app-l6",
      run_id: run.run_id,
      error: { name: "TypeError", message: "l6 broke", __serialized: true },
      event: { name: "l6" },
    });
    expect(event?.data).not.toHaveProperty("result");
  }
});

test("L-7: a function that function.failed started and that fails itself publishes nothing", async () => {
  await deploy((client) => [
    client.createFunction({ id: "l7", retries: 0, triggers: [{ event: "l7" }] }, () => {
      throw new Error("first");
    }),
    client.createFunction(
      { id: "l7-after", retries: 0, triggers: [{ event: "inngest/function.failed" }] },
      () => {
        throw new Error("second");
      },
    ),
  ]);
  const run = await start({ name: "l7" });
  await world.ended(run.run_id);
  const [failed] = await told("failed", run.run_id);
  const after = await world.runOf(failed?.internal_id ?? "");
  expect(after.function_slug).toBe("app-l7-after");
  expect(await world.ended(after.run_id)).toMatchObject({ status: "Failed", output: { message: "second" } });
  await passed();
  for (const name of ["failed", "finished"] as const) expect(await told(name, after.run_id)).toEqual([]);
  expect(world.app.calls("app-l7-after")).toHaveLength(1);
});

test("L-10: a step result that comes after the run has ended changes nothing", async () => {
  await deploy((client) => [
    client.createFunction({ id: "l10", triggers: [{ event: "l10" }] }, async ({ step }) => {
      await Promise.all([step.run("a", () => "a"), step.run("b", () => "b")]);
      return "both";
    }),
  ]);
  const held: { target: string; reply: (ops: object[]) => void }[] = [];
  world.app.intercept = (request, reply) => {
    const target = new URL(request.url, world.app.url).searchParams.get("stepId");
    if (!request.url.includes("fnId=app-l10&") || target === "step" || target === null) return false;
    held.push({ target, reply: (ops) => reply(206, JSON.stringify(ops), sdkHeaders) });
    return true;
  };
  const run = await start({ name: "l10" });
  await until("both steps are asked for", () => held.length === 2);
  const [first, late] = held;
  first?.reply([{ op: "RunComplete", id: "0737c22d3bfae812339732d14d8c7dbd6dc4e09c", data: "early" }]);
  const ended = await world.ended(run.run_id);
  expect(ended).toMatchObject({ status: "Completed", output: "early" });
  const before = await trace(run.run_id);
  late?.reply([{ op: "StepRun", id: late.target, name: "b", displayName: "b", opts: {}, data: "late" }]);
  await passed();
  expect(await world.run(run.run_id)).toEqual(ended);
  expect(await trace(run.run_id)).toEqual(before);
  expect(await told("finished", run.run_id)).toHaveLength(1);
  expect(world.app.calls("app-l10")).toHaveLength(3);
});

test("L-12: a cancelled run publishes finished and cancelled, and its onFailure is not run", async () => {
  await deploy((client) => [
    client.createFunction(
      { id: "l12", retries: 0, triggers: [{ event: "l12" }], onFailure: () => "must not run" },
      async ({ step }) => {
        await step.sleep("nap", "1h");
      },
    ),
  ]);
  const run = await start({ name: "l12" });
  await until("the nap", async () => JSON.stringify(await trace(run.run_id)).includes('"SLEEP"'));
  expect((await world.fetch(`/v1/runs/${run.run_id}`, { method: "DELETE" })).status).toBe(200);
  expect((await world.ended(run.run_id)).status).toBe("Cancelled");
  await passed();
  const cancelled = await told("cancelled", run.run_id);
  expect(cancelled).toHaveLength(1);
  expect(cancelled[0]?.id).toBe(run.run_id);
  expect(cancelled[0]?.data).toMatchObject({ function_id: "app-l12", event: { name: "l12" } });
  expect(await told("finished", run.run_id)).toHaveLength(1);
  expect(await told("failed", run.run_id)).toEqual([]);
  expect(world.app.calls("app-l12-failure")).toHaveLength(0);
});

test("W-81: onFailure gets an error object and the original event", async () => {
  const got: { error: Error; original: unknown; runId: string; attempts: number }[] = [];
  await deploy((client) => [
    client.createFunction(
      {
        id: "w81",
        triggers: [{ event: "w81" }],
        onFailure: ({ error, event, attempt }) => {
          got.push({ error, original: event.data.event, runId: event.data.run_id, attempts: attempt });
        },
      },
      async () => {
        throw new NonRetriableError("w81 broke", { cause: new Error("inside") });
      },
    ),
  ]);
  const run = await start({ name: "w81", data: { order: 7 }, id: "outer-w81" });
  expect((await world.ended(run.run_id)).status).toBe("Failed");
  const seen = await until("onFailure ran", () => got[0]);
  expect(seen.error).toBeInstanceOf(Error);
  expect(seen.error).toMatchObject({ name: "NonRetriableError", message: "w81 broke" });
  expect(seen.original).toMatchObject({ name: "w81", data: { order: 7 }, id: "outer-w81" });
  expect(seen.runId).toBe(run.run_id);
  const [failed] = await told("failed", run.run_id);
  const failure = await world.runOf(failed?.internal_id ?? "");
  expect((await world.ended(failure.run_id)).function_slug).toBe("app-w81-failure");
  await passed();
  expect(got).toHaveLength(1);
});

test("W-13: the first call says version -1, attempt 0, no steps and an empty stack", async () => {
  await deploy((client) => [
    client.createFunction({ id: "w13", triggers: [{ event: "w13" }] }, ({ step }) => step.run("a", () => 1)),
  ]);
  const run = await start({ name: "w13" });
  await world.ended(run.run_id);
  const [call] = world.app.calls("app-w13");
  expect(bodyOf(call)).toMatchObject({
    version: -1,
    steps: {},
    ctx: { run_id: run.run_id, attempt: 0, max_attempts: 5, stack: { stack: [], current: 0 } },
  });
  expect(bodyOf(call).ctx.disable_immediate_execution).toBe(false);
  expect(bodyOf(call).ctx).not.toHaveProperty("fn_id");
  expect(call?.url).toContain("stepId=step");
  expect(call?.headers["content-type"]).toBe("application/json");
});

test("W-14: an event without user and v has exactly these keys: data, id, name, ts, user", async () => {
  await deploy((client) => [client.createFunction({ id: "w14", triggers: [{ event: "w14" }] }, () => 1)]);
  const bare = await start({ name: "w14" });
  await world.ended(bare.run_id);
  const full = await start({
    name: "w14",
    data: { a: 1 },
    user: { id: "u" },
    v: "2",
    id: "mine",
    ts: 1.7e12,
  });
  await world.ended(full.run_id);
  const [first, second] = world.app.calls("app-w14").map(bodyOf);
  expect(first.event).toEqual({
    name: "w14",
    data: {},
    id: bare.event_id,
    ts: expect.any(Number),
    user: {},
  });
  expect(first.events).toEqual([first.event]);
  expect(second.event).toEqual({
    name: "w14",
    data: { a: 1 },
    id: "mine",
    ts: 1.7e12,
    user: { id: "u" },
    v: "2",
  });
});

test("W-15: once the app has answered with version 2, later calls carry 2", async () => {
  await deploy((client) => [
    client.createFunction({ id: "w15", triggers: [{ event: "w15" }] }, async ({ step }) => {
      await step.run("a", () => 1);
      await step.run("b", () => 2);
    }),
  ]);
  await world.ended((await start({ name: "w15" })).run_id);
  const calls = world.app.calls("app-w15");
  expect(calls.map((call) => bodyOf(call).version)).toEqual([-1, 2, 2]);
  expect(calls.map((call) => call.headers["x-inngest-req-version"])).toEqual([undefined, "2", "2"]);
});
