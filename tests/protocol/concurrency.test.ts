/**
 * What runs beside what: parallel groups of a run (wire.md §6.3) and one concurrency limit, with and
 * without key (semantics §6.2). What is in flight is counted where it arrives: in the app.
 */
import { expect, test } from "vitest";
import type { AppRequest } from "./app.ts";
import {
  begin,
  bodies,
  bodyOf,
  calls,
  completed,
  data,
  deployOne,
  type Handler,
  HOUR,
  hash,
  type Options,
  opsOf,
  passed,
  rootSpan,
  step,
  useWorld,
  world,
} from "./bench.ts";
import { callsOf, NonRetriableError } from "./sdk.ts";
import { type RunView, until } from "./world.ts";

useWorld();

/** v3 has to be asked for the version of parallel groups that v4 has by default. */
const version2: Options = { optimizeParallelism: true };

async function startAll(events: object[]): Promise<RunView[]> {
  const ids = await world.send(events);
  return Promise.all(ids.map((id) => world.runOf(id)));
}

const targetOf = (call: AppRequest) => new URL(call.url, world.app.url).searchParams.get("stepId") ?? "";
/** What was called, in order: a step's name, or `discover`, with `!` when it was told to plan only. */
function sequence(run: RunView, names: string[]): string[] {
  const byHash = new Map(names.map((name) => [hash(name), name]));
  return calls(run).map((call) => {
    const plan = bodyOf(call).ctx.disable_immediate_execution ? "discover!" : "discover";
    return byHash.get(targetOf(call)) ?? plan;
  });
}

/** The calls that it takes to run so many steps in a row and to return. */
const discoveries = (steps: number): string[] => Array(callsOf(steps)).fill("discover");

test("a group of three runs is three targeted calls, then exactly one re-entry", async () => {
  const { ran, body } = bodies();
  const ids = ["a", "b", "c"];
  const run = await begin("w39", version2, ({ step }) =>
    Promise.all(ids.map((id) => step.run(id, body(id)))),
  );
  await completed(run, ids);
  await passed();
  const order = sequence(run, ids);
  expect([order[0], order.slice(1, 4).sort(), order.slice(4)]).toEqual(["discover", ids, ["discover"]]);
  expect(opsOf(calls(run)[0]).map((op: { op: string }) => op.op)).toEqual(Array(3).fill("StepPlanned"));
  expect([...ran].sort()).toEqual(ids);
});

test("three steps in a Promise.all are in flight together, and what follows runs after the last", async () => {
  const { ran, body, held, release } = bodies();
  const ids = ["a", "b", "c"];
  const run = await begin("all", version2, async ({ step }) => {
    const results = await Promise.all(ids.map((id) => step.run(id, held(id))));
    return [...results, await step.run("after", body("after"))];
  });
  await until("all three run", () => ran.length === 3);
  for (const id of ["c", "a"]) {
    await release(id);
    await step(run, id, "COMPLETED");
    await passed();
    expect(calls(run)).toHaveLength(4);
  }
  await release("b");
  await completed(run, ["a", "b", "c", "after"]);
  expect(sequence(run, ids).slice(4)).toEqual(discoveries(1));
  expect([...ran].sort()).toEqual(["a", "after", "b", "c"]);
});

test("a sleep beside a step: no re-entry before the timer, and one that only plans after it", async () => {
  const { ran, body, held, release } = bodies();
  const handler: (first: () => unknown) => Handler =
    (first) =>
    async ({ step }) => {
      await Promise.all([step.sleep("nap", "1h"), step.run("r", first)]);
      return step.run("after", body("after"));
    };
  const run = await begin("nap-last", version2, handler(body("r")));
  await step(run, "r", "COMPLETED");
  await passed();
  expect(sequence(run, ["r"])).toEqual(["discover", "r"]);
  world.advance(HOUR);
  await completed(run, "after");
  expect(sequence(run, ["r", "after"])).toEqual(["discover", "r", "discover!", "after", "discover"]);

  const other = await begin("nap-first", version2, handler(held("r")));
  await step(other, "nap", "WAITING");
  world.advance(HOUR);
  await step(other, "nap", "COMPLETED");
  await passed();
  expect(sequence(other, ["r"])).toEqual(["discover", "r"]);
  await release("r");
  await completed(other, "after");
  expect(sequence(other, ["r"])).toEqual(["discover", "r", ...discoveries(1)]);
  expect(ran).toEqual(["r", "after", "r", "after"]);
});

test("a member of a group that fails for good still leads to exactly one re-entry", async () => {
  const run = await begin("w44", version2, async ({ step }) => {
    const results = await Promise.allSettled([
      step.run("good", () => "good"),
      step.run("bad", () => Promise.reject(new NonRetriableError("bad"))),
    ]);
    return results.map(({ status }) => status);
  });
  await completed(run, ["fulfilled", "rejected"]);
  await passed();
  const order = sequence(run, ["good", "bad"]);
  expect([order[0], order.slice(1, 3).sort(), order.slice(3)]).toEqual([
    "discover",
    ["bad", "good"],
    ["discover"],
  ]);
  expect(bodyOf(calls(run).at(-1)).steps).toMatchObject({
    [hash("good")]: data("good"),
    [hash("bad")]: { type: "error", error: { message: "bad" } },
  });
});

test("a re-entry that lists planned ops again makes no second job of them", async () => {
  const { ran, held, release } = bodies();
  const ids = ["a", "b", "c"];
  const run = await begin("w45", { optimizeParallelism: false }, ({ step }) =>
    Promise.all(ids.map((id) => step.run(id, held(id)))),
  );
  for (const [n, id] of ids.slice(0, 2).entries()) {
    await until("all are called", () => ran.length === 3);
    await release(id);
    const again = await until(`re-entry ${n}`, () => {
      const call = calls(run)[4 + n];
      return call?.answer === undefined ? null : call;
    });
    const listed = opsOf(again).map((op: { op: string; id: string }) => [op.op, op.id]);
    expect(listed).toEqual(ids.slice(n + 1).map((open) => ["StepPlanned", hash(open)]));
    await passed();
    expect(calls(run)).toHaveLength(5 + n);
  }
  await release("c");
  await completed(run, ids);
  const order = sequence(run, ids);
  expect([order.slice(1, 4).sort(), order.slice(4)]).toEqual([ids, ["discover!", "discover!", "discover"]]);
  expect([...ran].sort()).toEqual(ids);
});

test("no step body of a group without errors ever runs twice", async () => {
  for (const optimizeParallelism of [true, false]) {
    const { ran, body, held, release } = bodies();
    const group = ["a", "c", "d", "nap", "past"];
    const later = ["a2", "a3", "b", "b2"];
    const run = await begin(`w46-${optimizeParallelism}`, { optimizeParallelism }, async ({ step }) => {
      const go = (id: string) => step.run(id, body(id));
      await Promise.all([
        go("a").then(() => Promise.all([go("a2"), go("a3")])),
        step.sleep("nap", "1s").then(() => go("b")),
        go("c"),
        step.sleep("past", "1h30m").then(() => go("b2")),
        step.run("d", held("d")),
      ]);
      return go("end");
    });
    // All but the held one have ended; with version 1 that leads to re-entries while it is open.
    const ended = group.filter((id) => id !== "d");
    for (const id of optimizeParallelism ? ended : [...ended, ...later]) await step(run, id, "COMPLETED");
    await passed();
    expect(ran.filter((id) => id === "d")).toHaveLength(1);
    await release("d");
    await completed(run, "end");
    await passed();
    expect([...ran].sort()).toEqual(["a", "a2", "a3", "b", "b2", "c", "d", "end"]);
    const targeted = calls(run).map(targetOf);
    for (const id of [...group, ...later])
      expect(targeted.filter((target) => target === hash(id)).length).toBeLessThan(2);
  }
});

const inFlight = (slug: string): AppRequest[] =>
  world.app.calls(slug).filter((call) => call.status === undefined);
const idOf = (call: AppRequest): string => JSON.parse(call.body).event.data.id;

/** Writes down, at each arrival, the event ids of all requests that are in flight then. */
function watch(slug: string): string[][] {
  const arrivals: string[][] = [];
  world.app.intercept = (request) => {
    if (request.method === "POST" && request.url.includes(`fnId=${slug}&`))
      arrivals.push(inFlight(slug).map(idOf));
    return false;
  };
  return arrivals;
}

/** Step bodies that end when the test says so. */
function gated(): { open: { id: string; release: () => void }[]; body: (id: string) => Promise<string> } {
  const open: { id: string; release: () => void }[] = [];
  const body = (id: string): Promise<string> =>
    new Promise((resolve) => open.push({ id, release: () => resolve(id) }));
  return { open, body };
}

test("C-1: with concurrency 1 there are never two requests at once, and all runs complete", async () => {
  const names = ["one", "two", "three"];
  const { open, body } = gated();
  await deployOne("c1", { concurrency: 1 }, ({ event, step }) => step.run("work", () => body(event.data.id)));
  const arrivals = watch("app-c1");
  const runs = await startAll(names.map((id) => ({ name: "c1", data: { id } })));
  for (let i = 0; i < 3; i += 1) {
    const work = await until(`body ${i}`, () => open[i]);
    await passed();
    expect(open).toHaveLength(i + 1);
    expect(inFlight("app-c1").map(idOf)).toEqual([work.id]);
    for (const [n, run] of runs.entries())
      if (!open.some(({ id }) => id === names[n]))
        expect((await world.run(run.run_id)).status).toBe("Queued");
    world.advance(2000);
    work.release();
  }
  for (const run of runs) expect((await world.ended(run.run_id)).status).toBe("Completed");
  expect(open.map(({ id }) => id).sort()).toEqual(["one", "three", "two"]);
  expect(arrivals).toHaveLength(3 * callsOf(1));
  expect(Math.max(...arrivals.map((ids) => ids.length))).toBe(1);
  const spans = (await Promise.all(runs.map((run) => world.run(run.run_id)))).map((run) => [
    Date.parse(run.run_started_at ?? ""),
    Date.parse(run.ended_at ?? ""),
  ]);
  expect(Math.max(...spans.flat()) - Math.min(...spans.flat())).toBeGreaterThanOrEqual(6000);
});

test("C-2: with concurrency 1 two runs sleep at the same time, since a sleep takes no slot", async () => {
  const { open, body } = gated();
  await deployOne("c2", { concurrency: 1 }, async ({ event, step }) => {
    await step.sleep("nap", "5s");
    return step.run("work", () => body(event.data.id));
  });
  const arrivals = watch("app-c2");
  const runs = await startAll(["one", "two"].map((id) => ({ name: "c2", data: { id } })));
  const asleep = async (run: RunView): Promise<number | false> => {
    const { rootSpan } = (await world.json(`/v2/runs/${run.run_id}/trace`)).data;
    const nap = rootSpan.children.find((span: { stepOp: string }) => span.stepOp === "SLEEP");
    return nap !== undefined && nap.status === "WAITING" && Date.parse(nap.stepInfo.sleepUntil);
  };
  const wakes = await until("both sleep", async () => {
    const [a, b] = await Promise.all(runs.map(asleep));
    return a && b ? [a, b] : null;
  });
  expect(Math.max(...wakes) - Math.min(...wakes)).toBeLessThan(5000);
  world.advance(5000);
  const first = await until("the first works", () => open[0]);
  await passed();
  expect(open).toHaveLength(1);
  first.release();
  (await until("the second works", () => open[1])).release();
  for (const run of runs) expect((await world.ended(run.run_id)).status).toBe("Completed");
  expect(Math.max(...arrivals.map((ids) => ids.length))).toBe(1);
});

test("C-3: with limit 1 and a key, two ids run beside each other and never two requests of one id", async () => {
  const { open, body } = gated();
  await deployOne("c3", { concurrency: { limit: 1, key: "event.data.id" } }, ({ event, step }) =>
    step.run("work", () => body(event.data.id)),
  );
  const arrivals = watch("app-c3");
  const runs = await startAll(["a", "a", "b", "b"].map((id) => ({ name: "c3", data: { id } })));
  for (let round = 1; round <= 2; round += 1) {
    await until(`two bodies of round ${round}`, () => open.length === 2 * round);
    await passed();
    expect(open).toHaveLength(2 * round);
    expect(inFlight("app-c3").map(idOf).sort()).toEqual(["a", "b"]);
    for (const { release } of open) release();
  }
  for (const run of runs) expect((await world.ended(run.run_id)).status).toBe("Completed");
  expect(open.map(({ id }) => id).sort()).toEqual(["a", "a", "b", "b"]);
  for (const ids of arrivals) expect(new Set(ids).size).toBe(ids.length);
  expect(Math.max(...arrivals.map((ids) => ids.length))).toBe(2);
});

test("X-7: two events without what the key reads share one slot, and one that has it runs beside them", async () => {
  const { open, body } = gated();
  await deployOne("x7", { concurrency: { limit: 1, key: "event.data.org" } }, ({ event, step }) =>
    step.run("work", () => body(event.data.id)),
  );
  const datas = [{ id: "one" }, { id: "two" }, { id: "acme", org: "acme" }];
  const runs = await startAll(datas.map((data) => ({ name: "x7", data })));
  await until("one of each key works", () => open.length === 2);
  await passed();
  expect(open.map(({ id }) => id).filter((id) => id !== "acme")).toHaveLength(1);
  for (const { release } of open) release();
  (await until("the other works", () => open[2])).release();
  for (const run of runs) expect((await world.ended(run.run_id)).status).toBe("Completed");
});

test("a run that waits for its retry holds no slot of its function", async () => {
  const worked: string[] = [];
  await deployOne("c-retry", { concurrency: 1 }, ({ event, attempt }) => {
    if (event.data.id === "breaks" && attempt === 0) throw new Error("later");
    worked.push(event.data.id);
  });
  const [breaks] = await startAll([{ name: "c-retry", data: { id: "breaks" } }]);
  await until("the first attempt failed", () => world.app.calls("app-c-retry")[0]?.status === 500);
  const [goes] = await startAll([{ name: "c-retry", data: { id: "goes" } }]);
  expect((await world.ended(goes?.run_id ?? "")).status).toBe("Completed");
  expect(worked).toEqual(["goes"]);
  world.advance(45_000);
  expect((await world.ended(breaks?.run_id ?? "")).status).toBe("Completed");
});
