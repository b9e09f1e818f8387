/** What ends or repeats a run from outside: cancelOn, timeouts, reruns (semantics §6.9, §6.10, §8), over HTTP. */
import { expect, test } from "vitest";
import {
  completed,
  deployOne,
  type Handler,
  HOUR,
  passed,
  rootSpan,
  start as startRun,
  useWorld,
  waitsWith,
  world,
} from "./bench.ts";
import { type RunView, until } from "./world.ts";

useWorld();

const start = (name: string, data: object = {}): Promise<RunView> => startRun({ name, data });

const sleeper: Handler = async ({ step, event }) => {
  await step.sleep("s", "1h");
  return event.data.id;
};

const sleeping = (run: RunView): Promise<unknown> => waitsWith(run, "SLEEP");

const cancelOn = [{ event: "stop", if: "event.data.id == async.data.id" }];

test("K-4: a matching event cancels a sleeping run, one with another id does not", async () => {
  await deployOne("k4", { cancelOn }, sleeper);
  const [one, two] = [await start("k4", { id: 1 }), await start("k4", { id: 2 })];
  await Promise.all([sleeping(one), sleeping(two)]);
  await world.send({ name: "stop", data: { id: 3 } });
  await passed();
  expect((await world.run(one.run_id)).status).toBe("Running");
  await world.send({ name: "stop", data: { id: 1 } });
  expect((await world.ended(one.run_id)).status).toBe("Cancelled");
  world.advance(HOUR);
  await completed(two, 2);
});

test("K-5: an event that starts and cancels: the first does not cancel itself, the second takes its place", async () => {
  await deployOne("k5", { cancelOn: [{ event: "k5", if: "event.data.id == async.data.id" }] }, sleeper);
  const one = await start("k5", { id: 1 });
  await sleeping(one);
  const two = await start("k5", { id: 1 });
  expect((await world.ended(one.run_id)).status).toBe("Cancelled");
  await sleeping(two);
  world.advance(HOUR);
  expect(await world.ended(two.run_id)).toMatchObject({ status: "Completed" });
});

test("K-6: six entries of cancelOn are refused", async () => {
  const six = Array.from({ length: 6 }, (_, n) => ({ event: `stop-${n}` }));
  world.app.deploy([
    world.client.createFunction({ id: "k6", triggers: [{ event: "k6" }], cancelOn: six as never }, () => 1),
  ]);
  const response = await fetch(world.app.url, { method: "PUT" });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("at most 5");
});

test("K-8: an event that came before the run was made does not cancel it", async () => {
  await deployOne("k8", { cancelOn }, sleeper);
  await world.send({ name: "stop", data: { id: 8 } });
  const run = await start("k8", { id: 8 });
  await sleeping(run);
  await passed();
  expect((await world.run(run.run_id)).status).toBe("Running");
  world.advance(HOUR);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed" });
});

test("after its timeout an entry of cancelOn is dead", async () => {
  await deployOne("dead", { cancelOn: [{ event: "stop", match: "data.id", timeout: "10m" }] }, sleeper);
  const run = await start("dead", { id: 9 });
  await sleeping(run);
  world.advance(11 * 60_000);
  await world.send({ name: "stop", data: { id: 9 } });
  await passed();
  expect((await world.run(run.run_id)).status).toBe("Running");
  world.advance(HOUR);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed" });
});

test("a run that is cancelled by an event while it works: its result is dropped, no later step runs", async () => {
  let [release, later] = [(): void => {}, 0];
  await deployOne("busy", { cancelOn }, async ({ step }) => {
    await step.run("work", () => new Promise<void>((resolve) => (release = resolve)));
    await step.run("later", () => {
      later += 1;
    });
  });
  const run = await start("busy", { id: 5 });
  await until("the step works", () => world.app.calls("app-busy").length > 0);
  await world.send({ name: "stop", data: { id: 5 } });
  expect((await world.ended(run.run_id)).status).toBe("Cancelled");
  release();
  await passed();
  expect(later).toBe(0);
});

test("K-1: runs that have not started at their start timeout are cancelled then, without waiting for room", async () => {
  let release = (): void => {};
  await deployOne("k1", { concurrency: 1, timeouts: { start: "3s" } }, async ({ step }) => {
    await step.run("work", () => new Promise<void>((resolve) => (release = resolve)));
    return "done";
  });
  const first = await start("k1");
  await until("the first works", () => world.app.calls("app-k1").length > 0);
  const [second, third] = [await start("k1"), await start("k1")];
  world.advance(3000);
  expect((await world.ended(second.run_id)).status).toBe("Cancelled");
  expect((await world.ended(third.run_id)).status).toBe("Cancelled");
  expect((await world.run(first.run_id)).status).toBe("Running");
  release();
  await completed(first, "done");
});

test("K-3: a run is cancelled at its finish timeout, and the result of the step that works then is not used", async () => {
  let [release, third] = [(): void => {}, 0];
  const work = (ms: number) => () => {
    world.advance(ms);
    return ms;
  };
  await deployOne("k3", { timeouts: { finish: "6s" } }, async ({ step }) => {
    await step.run("one", work(2000));
    await step.run("two", work(2000));
    await step.run("three", () => {
      third += 1;
      return new Promise<void>((resolve) => (release = resolve));
    });
    return "done";
  });
  const run = await start("k3");
  await until("the third step works", () => third > 0);
  world.advance(3000);
  expect((await world.ended(run.run_id)).status).toBe("Cancelled");
  release();
  await passed();
  expect(await world.run(run.run_id)).toMatchObject({ status: "Cancelled" });
  const steps = (await rootSpan(run)).children.map((span) => `${span.name} ${span.status}`);
  expect(steps).not.toContain("three COMPLETED");
});

test("a finish timeout that a new deploy takes away has no effect", async () => {
  await deployOne("moved", { timeouts: { finish: "10m" } }, sleeper);
  const run = await start("moved", { id: 4 });
  await sleeping(run);
  await deployOne("moved", {}, sleeper);
  world.advance(20 * 60_000);
  await passed();
  expect((await world.run(run.run_id)).status).toBe("Running");
  world.advance(HOUR);
  await completed(run, 4);
});

/** Posts a rerun; the new run's id. */
async function rerun(run: RunView, body: object = {}): Promise<{ status: number; id: string; text: string }> {
  const response = await world.fetch(`/v2/runs/${run.run_id}/rerun`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, id: JSON.parse(text).data?.runId ?? "" };
}

test("A-5: a rerun is a new run of the same event, and the original stays as it was", async () => {
  await deployOne("a5", {}, ({ event }) => event.data.n);
  const original = await world.ended((await start("a5", { n: 1 })).run_id);
  const again = await rerun(original);
  expect(again.status).toBe(200);
  const ended = await world.ended(again.id);
  expect(ended).toMatchObject({ status: "Completed", output: 1, original_run_id: original.run_id });
  expect(ended.event_id).toBe(original.event_id);
  expect(await world.run(original.run_id)).toEqual(original);
});

test("A-7: a run whose event id was used within 24 h can be run again", async () => {
  await deployOne("a7", {}, () => "ran");
  const [id = ""] = await world.send({ name: "a7", id: "unique", data: {} });
  const original = await world.ended((await world.runOf(id)).run_id);
  const again = await rerun(original);
  expect(await world.ended(again.id)).toMatchObject({ status: "Completed", output: "ran" });
});

test("A-6: a rerun from step 2 of 3 keeps the result of step 1 and executes 2 and 3", async () => {
  const ran: string[] = [];
  await deployOne("a6", {}, async ({ step }) => {
    const one = await step.run("one", () => {
      ran.push("one");
      return Math.random();
    });
    const two = await step.run(
      "two",
      (by: number) => {
        ran.push(`two ${by}`);
        return by * 10;
      },
      3,
    );
    await step.sleep("nap", "1m");
    await step.run("three", () => {
      ran.push("three");
    });
    return { one, two };
  });
  const run = await start("a6");
  await sleeping(run);
  world.advance(60_000);
  const original = await world.ended(run.run_id);
  expect(original.output).toMatchObject({ two: 30 });
  const seen = ran.length;
  const again = await rerun(original, { fromStep: { stepId: "two" } });
  const second = await until("the rerun sleeps", async () => {
    const found = await world.run(again.id);
    return ran.length > seen && found.status === "Running" && found;
  });
  await sleeping(second);
  world.advance(60_000);
  const ended = await world.ended(again.id);
  expect(ran.slice(seen)).toEqual(["two 3", "three"]);
  expect(ended.output).toEqual(original.output);

  const edited = await rerun(original, { fromStep: { stepId: "two", input: [4] } });
  await sleeping(await until("the edited rerun", () => world.run(edited.id)));
  world.advance(60_000);
  const { one } = original.output as { one: number };
  expect((await world.ended(edited.id)).output).toEqual({ one, two: 40 });
});

test("a rerun from a step that is not there, or whose id several steps have, is refused with the reason", async () => {
  await deployOne("unclear", {}, async ({ step }) => {
    for (let n = 0; n < 2; n += 1) await step.run("same", () => n);
  });
  const run = await world.ended((await start("unclear")).run_id);
  const missing = await rerun(run, { fromStep: { stepId: "other" } });
  expect(missing).toMatchObject({ status: 404 });
  expect(missing.text).toContain("has no step");
  const several = await rerun(run, { fromStep: { stepId: "same" } });
  expect(several).toMatchObject({ status: 400 });
  expect(several.text).toContain("2 steps");
  expect(await rerun(run, { fromstep: {} })).toMatchObject({ status: 400 });
});
