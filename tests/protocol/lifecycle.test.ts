/** The life of a run, from its trigger to the events that tell of its end (semantics §1, wire.md §4), shown from outside. */
import { expect, test } from "vitest";
import {
  advanceTo,
  bodies,
  bodyOf,
  deploy,
  deployOne,
  HOUR,
  passed,
  start,
  step as stepOf,
  useWorld,
  world,
} from "./bench.ts";
import { answerHeaders, failureName, NonRetriableError, sdk } from "./sdk.ts";
import { until, type WorldOptions } from "./world.ts";

interface EventView {
  id: string;
  internal_id: string;
  name: string;
  data: Record<string, unknown>;
}

useWorld();

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
  const ts = world.clock.now() + HOUR;
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
  const run = await start("l4");
  await stepOf(run, "nap", "WAITING");
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
  const run = await start("l6");
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
  const run = await start("l7");
  await world.ended(run.run_id);
  const [failed] = await told("failed", run.run_id);
  const after = await world.runOf(failed?.internal_id ?? "");
  expect(after.function_slug).toBe("app-l7-after");
  expect(await world.ended(after.run_id)).toMatchObject({ status: "Failed", output: { message: "second" } });
  await passed();
  for (const name of ["failed", "finished"] as const) expect(await told(name, after.run_id)).toEqual([]);
  expect(world.app.calls("app-l7-after")).toHaveLength(1);
});

test("L-8: two parallel steps that fail for good at the same time run onFailure once", async () => {
  const heard: string[] = [];
  await deploy((client) => [
    client.createFunction(
      {
        id: "l8",
        retries: 0,
        triggers: [{ event: "l8" }],
        onFailure: ({ event }) => {
          heard.push(event.data.run_id);
        },
      },
      ({ step }) => {
        const fails = (id: string) => step.run(id, () => Promise.reject(new Error(`${id} broke`)));
        return Promise.all([fails("a"), fails("b")]);
      },
    ),
  ]);
  const run = await start("l8");
  expect((await world.ended(run.run_id)).status).toBe("Failed");
  await until("onFailure ran", () => heard.length > 0);
  await passed();
  expect(heard).toEqual([run.run_id]);
  expect(await told("failed", run.run_id)).toHaveLength(1);
});

test("L-9: with concurrency 1 the second step of an older run comes before a newer run starts", async () => {
  const { ran, body, held, release } = bodies();
  await deployOne("l9", { concurrency: 1 }, async ({ event, step }) => {
    const { id } = event.data;
    await step.run("first", id === "old" ? held("old first") : body("new first"));
    await step.run("second", body(`${id} second`));
  });
  const old = await start({ name: "l9", data: { id: "old" } });
  await until("the older run works", () => ran.length === 1);
  const recent = await start({ name: "l9", data: { id: "new" } });
  await passed();
  await release("old first");
  for (const run of [old, recent]) await world.ended(run.run_id);
  expect(ran).toEqual(["old first", "old second", "new first", "new second"]);
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
    held.push({ target, reply: (ops) => reply(206, JSON.stringify(ops), answerHeaders) });
    return true;
  };
  const run = await start("l10");
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
  const run = await start("l12");
  await stepOf(run, "nap", "WAITING");
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
  expect(seen.error).toMatchObject({ name: failureName("NonRetriableError"), message: "w81 broke" });
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
  const run = await start("w13");
  await world.ended(run.run_id);
  const [call] = world.app.calls("app-w13");
  expect(bodyOf(call)).toMatchObject({
    version: -1,
    steps: {},
    ctx: { run_id: run.run_id, attempt: 0, max_attempts: 5, stack: { stack: [], current: 0 } },
  });
  expect(bodyOf(call).ctx.disable_immediate_execution).toBe(false);
  // What turns checkpointing on, for an SDK that has it.
  const job = call?.headers["x-inngest-job-id"];
  expect(bodyOf(call).ctx).toMatchObject({ fn_id: run.function_id, qi_id: job });
  expect(call?.url).toContain("stepId=step");
  expect(call?.headers["content-type"]).toBe("application/json");
});

test("W-14: an event without user and v has exactly these keys: data, id, name, ts, user", async () => {
  await deploy((client) => [client.createFunction({ id: "w14", triggers: [{ event: "w14" }] }, () => 1)]);
  const bare = await start("w14");
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

test("W-15: once the app has answered with its version, later calls carry it", async () => {
  await deploy((client) => [
    client.createFunction({ id: "w15", triggers: [{ event: "w15" }] }, async ({ step }) => {
      await step.sleepUntil("past", new Date(0));
      await step.sleepUntil("past too", new Date(0));
    }),
  ]);
  await world.ended((await start("w15")).run_id);
  const calls = world.app.calls("app-w15");
  const version = sdk.requestVersion;
  expect(calls.map((call) => bodyOf(call).version)).toEqual([-1, version, version]);
  const headers = calls.map((call) => call.headers["x-inngest-req-version"]);
  expect(headers).toEqual([undefined, `${version}`, `${version}`]);
});
