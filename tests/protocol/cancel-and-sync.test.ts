/** Ending a run by REST, and what a new sync means for runs in flight (semantics §8.1, §8.3). */
import { expect, test } from "vitest";
import { startApp } from "./app.ts";
import { deploy, passed, rootSpan, start, step as stepOf, useWorld, withBarrier, world } from "./bench.ts";
import { answerHeaders, type Inngest, type InngestFunction, sdk } from "./sdk.ts";
import { type RunView, until } from "./world.ts";

useWorld();

const cancel = (run: RunView): Promise<Response> =>
  world.fetch(`/v1/runs/${run.run_id}`, { method: "DELETE" });

const asleep = (run: RunView) => stepOf(run, "nap", "WAITING");

test("A-1: a sleeping run that is cancelled stays cancelled, its later steps never run, a second DELETE is 200", async () => {
  const ran: string[] = [];
  await deploy((client) => [
    client.createFunction({ id: "a1", triggers: [{ event: "a1" }] }, async ({ step }) => {
      await step.run("before", () => ran.push("before"));
      await step.sleep("nap", "1h");
      await step.run("after", () => ran.push("after"));
    }),
  ]);
  const run = await start("a1");
  await asleep(run);
  const answer = await cancel(run);
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
  const cancelled = await world.run(run.run_id);
  expect(cancelled.status).toBe("Cancelled");
  expect(cancelled.ended_at).not.toBeNull();
  const calls = world.app.calls("app-a1").length;
  world.advance(2 * 3_600_000);
  await passed();
  expect(ran).toEqual(["before"]);
  expect(world.app.calls("app-a1")).toHaveLength(calls);
  expect((await cancel(run)).status).toBe(200);
  expect(await world.run(run.run_id)).toEqual(cancelled);
  expect((await world.fetch("/v1/runs/01HF0000000000000000000000", { method: "DELETE" })).status).toBe(404);
  expect((await world.fetch("/v1/runs/not-an-id", { method: "DELETE" })).status).toBe(400);
});

test("A-2: a DELETE of a completed run is 200 and the run stays completed", async () => {
  await deploy((client) => [client.createFunction({ id: "a2", triggers: [{ event: "a2" }] }, () => "done")]);
  const run = await world.ended((await start("a2")).run_id);
  expect((await cancel(run)).status).toBe(200);
  await passed();
  expect(await world.run(run.run_id)).toEqual(run);
  expect(run).toMatchObject({ status: "Completed", output: "done" });
});

test("A-3: cancelled during a step, its code finishes, its result is not stored, no next step comes", async () => {
  const ran: string[] = [];
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  await deploy((client) => [
    client.createFunction({ id: "a3", triggers: [{ event: "a3" }] }, async ({ step }) => {
      await step.run("slow", async () => {
        ran.push("slow begins");
        await gate;
        ran.push("slow ends");
        return "late";
      });
      await step.run("next", () => ran.push("next"));
    }),
  ]);
  const run = await start("a3");
  await until("the step runs", () => ran.length === 1);
  expect((await cancel(run)).status).toBe(200);
  const cancelled = await world.run(run.run_id);
  expect(cancelled.status).toBe("Cancelled");
  release();
  // Where it tells its result by a checkpoint, the app stops at the refusal and says so.
  const status = await until("the app has answered", () => world.app.calls("app-a3")[0]?.status);
  expect(status).toBe(sdk.checkpoints ? 400 : 206);
  await passed();
  expect(ran).toEqual(["slow begins", "slow ends"]);
  expect(world.app.calls("app-a3")).toHaveLength(1);
  expect(await world.run(run.run_id)).toEqual(cancelled);
  expect((await rootSpan(run)).children.filter((span) => span.status === "COMPLETED")).toEqual([]);
  expect(JSON.stringify(await world.json(`/v2/runs/${run.run_id}/trace?includeOutput=true`))).not.toContain(
    "late",
  );
});

test("A-8: a second sync without change answers `modified: false`", async () => {
  const put = async (): Promise<unknown> => (await fetch(world.app.url, { method: "PUT" })).json();
  const version = (retries: 0 | 1) => (client: Inngest.Any) => [
    client.createFunction({ id: "a8", retries, triggers: [{ event: "a8" }] }, () => retries),
  ];
  world.app.deploy(withBarrier(version(0)));
  expect(await put()).toMatchObject({ modified: true });
  expect(await put()).toMatchObject({ modified: false });
  world.app.deploy(withBarrier(version(1)));
  expect(await put()).toMatchObject({ modified: true });
  expect(await put()).toMatchObject({ modified: false });
  const run = await world.ended((await start("a8")).run_id);
  expect(run).toMatchObject({ status: "Completed", output: 1 });
});

test("A-9: an app that is synced at another port during a sleep gets the next request there", async () => {
  const functions = (client: Inngest.Any) => [
    client.createFunction({ id: "a9", triggers: [{ event: "a9" }] }, async ({ step }) => {
      const before = await step.run("before", () => "kept");
      await step.sleep("nap", "1h");
      return before;
    }),
  ];
  await deploy(functions);
  const run = await start("a9");
  await asleep(run);
  const calls = world.app.calls("app-a9").length;
  const moved = await startApp(world.client, withBarrier(functions));
  try {
    expect(moved.port).not.toBe(world.app.port);
    expect((await fetch(moved.url, { method: "PUT" })).status).toBe(200);
    world.advance(3_600_000);
    expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: "kept" });
    expect(moved.calls("app-a9")).toHaveLength(1);
    expect(world.app.calls("app-a9")).toHaveLength(calls);
  } finally {
    await moved.close();
  }
});

test("A-10: an event for a function that was removed starts no run, until the function is back", async () => {
  const removed = (client: Inngest.Any) => [
    client.createFunction({ id: "a10", triggers: [{ event: "a10" }] }, () => "ran"),
  ];
  await deploy(removed);
  const first = await world.ended((await start("a10")).run_id);
  expect(first.status).toBe("Completed");
  await deploy(() => []);
  const [id = ""] = await world.send({ name: "a10" });
  await passed();
  expect(await world.eventRuns(id)).toEqual([]);
  expect(world.app.calls("app-a10")).toHaveLength(1);
  await deploy(removed);
  const back = await world.ended((await start("a10")).run_id);
  expect(back).toMatchObject({ status: "Completed", function_id: first.function_id });
  expect(await world.eventRuns(id)).toEqual([]);
});

test("A-11: retries lowered from 4 to 0 during a retry wait make the next failure final", async () => {
  const version = (retries: 0 | 4) => (client: Inngest.Any) => [
    client.createFunction({ id: "a11", retries, triggers: [{ event: "a11" }] }, () => {
      throw new Error("again");
    }),
  ];
  await deploy(version(4));
  // The app never says itself that this is final, so that the server has to count.
  world.app.intercept = (request, reply) => {
    if (request.method !== "POST" || !request.url.includes("fnId=app-a11&")) return false;
    reply(500, '{"name":"Error","message":"again","__serialized":true}', {
      ...answerHeaders,
      "x-inngest-no-retry": "false",
    });
    return true;
  };
  const run = await start("a11");
  await until("the first failure is stored", async () =>
    JSON.stringify(await rootSpan(run)).includes('"Attempt 0"'),
  );
  await deploy(version(0));
  expect((await world.run(run.run_id)).status).toBe("Running");
  world.advance(45_000);
  const ended = await world.ended(run.run_id);
  expect(ended).toMatchObject({ status: "Failed", output: { message: "again" } });
  world.advance(24 * 3_600_000);
  await passed();
  const attempts = world.app.calls("app-a11").map((call) => JSON.parse(call.body).ctx);
  expect(attempts.map((ctx) => [ctx.attempt, ctx.max_attempts])).toEqual([
    [0, 5],
    [1, 1],
  ]);
});
