/** Pause, drain and resume: whether a function takes new runs, and goes on with old ones (semantics §6.11). */
import { expect, test } from "vitest";
import {
  begin,
  bodies,
  calls,
  completed,
  deployAll,
  deployOne,
  HOUR,
  passed,
  rootSpan,
  start,
  step as stepIs,
  waitsWith,
  world,
} from "./bench.ts";
import { referenceFunction } from "./sdk.ts";
import { counted, MINUTE, pass, restart, startedAfter, statusesOf, useStillWorld } from "./still-world.ts";
import { until } from "./world.ts";

useStillWorld();

async function mode(verb: "pause" | "resume" | "drain", id: string, base = "/v2"): Promise<any> {
  const response = await world.fetch(`${base}/functions/app-${id}/${verb}`, { method: "POST" });
  return { status: response.status, ...((await response.json()) as object) };
}

test("K-7: an event for a paused function is a skipped run; after resume new events run, that one does not", async () => {
  await deployOne("k7", {}, ({ event }) => event.data.n);
  await completed(await start({ name: "k7", data: { n: 1 } }), 1);
  expect(await mode("pause", "k7")).toMatchObject({
    status: 200,
    data: { functionId: expect.stringMatching(/^[0-9a-f-]{36}$/), slug: "app-k7", mode: "paused" },
  });
  const skipped = await start({ name: "k7", data: { n: 2 } });
  expect(skipped.status).toBe("Skipped");
  expect(await rootSpan(skipped)).toMatchObject({
    status: "SKIPPED",
    skipReason: "FunctionPaused",
    skipExistingRunID: null,
  });
  expect(await mode("resume", "k7", "/api/v2")).toMatchObject({ status: 200, data: { mode: "active" } });
  await completed(await start({ name: "k7", data: { n: 3 } }), 3);
  await pass(HOUR);
  expect(await statusesOf("app-k7")).toEqual(["COMPLETED", "SKIPPED", "COMPLETED"]);
  expect(calls(skipped)).toHaveLength(2);
});

test("a run of a paused function stands still, and goes on after resume without a try lost", async () => {
  const attempts: number[] = [];
  await deployOne("still", { retries: 0 }, async ({ step, attempt }) => {
    await step.sleep("nap", "1h");
    return step.run("work", () => attempts.push(attempt));
  });
  const run = await start("still");
  await waitsWith(run, "SLEEP");
  await passed();
  const before = calls(run).length;
  await mode("pause", "still");
  await pass(2 * HOUR, HOUR);
  expect(calls(run)).toHaveLength(before);
  expect((await world.run(run.run_id)).status).toBe("Running");
  await mode("resume", "still");
  await completed(run, 1);
  expect(attempts).toEqual([0]);
});

test("what the app answers while its function is paused is kept, and the next call waits", async () => {
  const { ran, body, held, release } = bodies();
  const run = await begin("mid", {}, async ({ step }) => {
    await Promise.all([step.run("a", held("a")), step.run("b", body("b"))]);
    return step.run("c", body("c"));
  });
  await stepIs(run, "b", "COMPLETED");
  await mode("pause", "mid");
  await release("a");
  await stepIs(run, "a", "COMPLETED");
  await passed();
  expect(ran).not.toContain("c");
  await mode("resume", "mid");
  await completed(run, "c");
  expect([...ran].sort()).toEqual(["a", "b", "c"]);
});

test("a pause outlives syncs and restarts, and so do the runs that it holds", async () => {
  const handler = async ({ step }: any) => {
    await step.sleep("nap", "1h");
    return "done";
  };
  await deployOne("outlives", {}, handler);
  const run = await start("outlives");
  await waitsWith(run, "SLEEP");
  await mode("pause", "outlives");
  await deployOne("outlives", { retries: 1 }, handler);
  await restart(2 * HOUR);
  await passed();
  expect((await world.run(run.run_id)).status).toBe("Running");
  expect((await start("outlives")).status).toBe("Skipped");
  await mode("resume", "outlives");
  await completed(run, "done");
});

test("queued runs wait while their function is paused, can be cancelled, and begin after resume", async () => {
  await deployOne("queued", { throttle: { limit: 1, period: "1m" } }, () => "done");
  const since = world.clock.now();
  await world.send([{ name: "queued" }, { name: "queued" }, { name: "queued" }]);
  await counted("app-queued", 3);
  await passed();
  await mode("pause", "queued");
  await pass(10 * MINUTE, MINUTE);
  expect(startedAfter("app-queued", since)).toEqual([0]);
  const [, gone] = await world.json("/v2/runs?functionId=app-queued&status=QUEUED").then(({ data }) => data);
  await world.fetch(`/v1/runs/${gone.id}`, { method: "DELETE" });
  expect((await world.ended(gone.id)).status).toBe("Cancelled");
  await mode("resume", "queued");
  await passed();
  expect(startedAfter("app-queued", since)).toEqual([0, 10 * MINUTE]);
  expect((await statusesOf("app-queued")).sort()).toEqual(["CANCELLED", "COMPLETED", "COMPLETED"]);
});

test("a paused function does not hold up others that share a limit with it", async () => {
  const concurrency = { limit: 1, scope: "env" as const, key: "'shared'" };
  await deployAll(
    {
      id: "stops",
      options: { concurrency },
      handler: async ({ step }) => {
        await step.sleep("nap", "1h");
        return "woke";
      },
    },
    { id: "goes", options: { concurrency }, handler: () => "went" },
  );
  const stopped = await start("stops");
  await waitsWith(stopped, "SLEEP");
  await mode("pause", "stops");
  world.advance(HOUR);
  await passed();
  await completed(await start("goes"), "went");
  await mode("resume", "stops");
  await completed(stopped, "woke");
});

test("a pause does not hold up the deadlines of runs", async () => {
  await deployOne("p-late", { timeouts: { finish: "2h" } }, async ({ step }) => {
    await step.sleep("nap", "1h");
    return "done";
  });
  const run = await start("p-late");
  await waitsWith(run, "SLEEP");
  await mode("pause", "p-late");
  await pass(2 * HOUR - 1);
  expect((await world.run(run.run_id)).status).toBe("Running");
  await pass(1);
  expect((await world.ended(run.run_id)).status).toBe("Cancelled");
});

test("a drained function ends its runs and skips new ones, until it is resumed", async () => {
  await deployOne("drained", {}, async ({ step }) => {
    await step.sleep("nap", "1h");
    return "done";
  });
  const run = await start("drained");
  await waitsWith(run, "SLEEP");
  expect(await mode("drain", "drained")).toMatchObject({ data: { mode: "drained" } });
  const skipped = await start("drained");
  expect((await rootSpan(skipped)).skipReason).toBe("FunctionDrained");
  await restart(HOUR);
  await completed(run, "done");
  expect((await start("drained")).status).toBe("Skipped");
  await mode("resume", "drained");
  const next = await start("drained");
  await waitsWith(next, "SLEEP");
});

test("a step that invokes a paused function fails instead of waiting", async () => {
  await deployAll(
    {
      id: "calls-paused",
      handler: async ({ step }) => {
        try {
          return await step.invoke("call", { function: referenceFunction({ functionId: "is-paused" }) });
        } catch (error) {
          return `caught ${(error as Error).message}`;
        }
      },
    },
    { id: "is-paused", handler: () => "ran" },
  );
  await mode("pause", "is-paused");
  await completed(await start("calls-paused"), "caught the invoked run was skipped: FunctionPaused");
});

test("an unknown function is not there, and a verb that is none neither", async () => {
  expect(await mode("pause", "nobody")).toMatchObject({
    status: 404,
    errors: [{ code: "not_found", message: expect.stringContaining('There is no function "app-nobody"') }],
  });
  expect((await world.fetch("/v2/functions/app-barrier/stop", { method: "POST" })).status).toBe(404);
});

test("a function that has left its app while it was paused can be resumed, so that its runs go on", async () => {
  await deployOne("left", {}, ({ step }) => step.sleep("nap", "1h"));
  const run = await start("left");
  await waitsWith(run, "SLEEP");
  await mode("pause", "left");
  await pass(HOUR);
  await deployOne("other", {}, () => 1);
  const before = calls(run).length;
  await passed();
  expect(calls(run)).toHaveLength(before);
  expect(await mode("resume", "left")).toMatchObject({ status: 200, data: { mode: "active" } });
  await until("it is called again", () => calls(run).length > before);
});
