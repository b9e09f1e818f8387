/** Steps and sleeps (semantics §7, wire.md §5 and §6), shown by what the app received. */
import type { Span } from "@stepwell/api";
import { expect, test } from "vitest";
import {
  advanceTo,
  begin,
  bodies,
  bodyOf,
  calls,
  cameAt,
  completed,
  data,
  deployOne,
  HOUR,
  hash,
  type Intercept,
  opsOf,
  passed,
  step,
  useWorld,
  world,
} from "./bench.ts";
import { answerHeaders, sdk } from "./sdk.ts";

useWorld();

/** Answers the first call of a function with these ops. */
function firstAnswer(ops: object[]): Intercept {
  let first = true;
  return (_request, reply) => {
    if (!first) return false;
    first = false;
    reply(206, JSON.stringify(ops), answerHeaders);
    return true;
  };
}

test("ST-1: three steps in sequence run once each, and later requests carry the earlier results", async () => {
  const { ran, body } = bodies();
  const run = await begin("st1", {}, async ({ step }) => {
    const a = await step.run("a", body("a"));
    const b = await step.run("b", body("b"));
    const c = await step.run("c", body("c"));
    await step.sleepUntil("past", new Date(0));
    return [a, b, c];
  });
  await completed(run, ["a", "b", "c"]);
  expect(ran).toEqual(["a", "b", "c"]);
  const [a, b, c] = ["a", "b", "c"].map((id) => ({ [hash(id)]: data(id) }));
  const all = { ...a, ...b, ...c };
  const between = sdk.checkpoints ? [] : [a, { ...a, ...b }, all];
  const carried = calls(run).map((call) => bodyOf(call).steps);
  expect(carried).toEqual([{}, ...between, { ...all, [hash("past")]: null }]);
});

test("ST-2: `sleep(1s)` between two steps: the second comes 1 s later, and the sleep is null", async () => {
  const times: number[] = [];
  const run = await begin("st2", {}, async ({ step }) => {
    await step.run("a", () => times.push(world.clock.now()));
    const slept = await step.sleep("nap", "1s");
    await step.run("b", () => times.push(world.clock.now()));
    return slept;
  });
  await completed(run, null);
  expect(times).toHaveLength(2);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1000);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeLessThan(5000);
  expect(bodyOf(calls(run).at(-1)).steps[hash("nap")]).toBeNull();
});

test("ST-3: `sleepUntil` a past date goes on at once", async () => {
  const run = await begin("st3", {}, async ({ step }) => {
    await step.sleepUntil("past", new Date("2020-02-02T02:02:02Z"));
    return "on";
  });
  await completed(run, "on");
  const [first, second] = calls(run);
  expect(opsOf(first)[0]).toMatchObject({ op: "Sleep", name: expect.stringMatching(/^2020-02-02T02:02:02/) });
  expect(bodyOf(second).steps).toEqual({ [hash("past")]: null });
});

test("ST-4: `sleep(400d)` fails the run with InngestErrTimeoutTooLong", async () => {
  const run = await begin("st4", {}, ({ step }) => step.sleep("far", "400d"));
  const ended = await world.ended(run.run_id);
  expect(ended).toMatchObject({ status: "Failed", output: { name: "InngestErrTimeoutTooLong" } });
  await passed();
  expect(calls(run)).toHaveLength(1);
});

test("ST-24: two steps with the same id in a loop both run", async () => {
  let n = 0;
  const run = await begin("st24", {}, async ({ step }) => {
    const results: number[] = [];
    for (let i = 0; i < 2; i += 1)
      results.push(
        await step.run("same", () => {
          n += 1;
          return n;
        }),
      );
    return results;
  });
  await completed(run, [1, 2]);
  expect(n).toBe(2);
});

test("W-23: an op that nobody knows is skipped, and the others of the answer count", async () => {
  const { ran, body } = bodies();
  const run = await begin(
    "w23",
    {},
    async ({ step }) => [await step.run("a", body("a")), await step.run("b", body("b"))],
    firstAnswer([
      { op: "OfTheFuture", id: "f".repeat(40), opts: { any: 1 } },
      { op: "StepRun", id: hash("a"), name: "a", displayName: "a", opts: {}, data: "by hand" },
    ]),
  );
  await completed(run, ["by hand", "b"]);
  expect(ran).toEqual(["b"]);
});

test("W-24: a StepRun without data is memoised as null", async () => {
  const run = await begin(
    "w24",
    {},
    async ({ step }) => ({ a: await step.run("a", () => "not asked") }),
    firstAnswer([{ op: "StepRun", id: hash("a"), name: "a", displayName: "a", opts: {} }]),
  );
  await completed(run, { a: null });
  expect(bodyOf(calls(run)[1]).steps).toEqual({ [hash("a")]: data(null) });
});

test("W-26: a step error on the last attempt is memoised and the catch block of the user runs", async () => {
  const run = await begin("w26", { retries: 0 }, ({ step }) =>
    step
      .run("breaks", () => Promise.reject(new TypeError("w26 broke")))
      .catch((error: Error) => step.run("repair", () => `repaired ${error.message}`)),
  );
  await completed(run, "repaired w26 broke");
  const [, second] = calls(run).map(bodyOf);
  const error = { name: "TypeError", message: "w26 broke" };
  expect(second.steps[hash("breaks")]).toMatchObject({ type: "error", error });
  expect(second.ctx).toMatchObject({ attempt: 0, stack: { stack: [hash("breaks")], current: 1 } });
});

test("W-27: the same step id three times gives three results, under x, x:1 and x:2", async () => {
  const run = await begin("w27", {}, async ({ step }) => {
    const one = await step.run("x", () => 1);
    const two = await step.run("x", () => 2);
    const three = await step.run("x", () => 3);
    await step.sleepUntil("past", new Date(0));
    return [one, two, three];
  });
  await completed(run, [1, 2, 3]);
  expect(bodyOf(calls(run).at(-1)).steps).toEqual({
    [hash("x")]: data(1),
    [hash("x:1")]: data(2),
    [hash("x:2")]: data(3),
    [hash("past")]: null,
  });
});

test("W-28: a sleep by duration, by date, into the past and by an empty text wakes at the right time", async () => {
  const date = new Date(Math.ceil(world.clock.now() / 1000) * 1000 + 2 * HOUR);
  const run = await begin("w28", {}, async ({ step }) => {
    await step.sleep("duration", "1h");
    await step.sleepUntil("date", date);
    await step.sleepUntil("past", new Date(0));
    await step.sleep("empty", "1h30m");
    return "awake";
  });
  // If it could wake up a second too early, it would do so here, and the times below would show it.
  const sleepThrough = async (name: string): Promise<Span> => {
    const nap = await step(run, name, "WAITING");
    const wake = Date.parse(nap.stepInfo?.sleepUntil ?? "");
    advanceTo(wake - 1000);
    await passed();
    advanceTo(wake);
    return step(run, name, "COMPLETED");
  };
  const { queuedAt, stepInfo } = await sleepThrough("duration");
  const wake = Date.parse(stepInfo?.sleepUntil ?? "");
  expect(wake - Date.parse(queuedAt ?? "")).toBe(HOUR);
  expect((await sleepThrough("date")).stepInfo?.sleepUntil).toBe(date.toISOString());
  await completed(run, "awake");
  const names = calls(run).map((call) => opsOf(call)?.[0]?.name);
  expect(names.slice(0, 4)).toEqual(["1h", date.toISOString(), new Date(0).toISOString(), ""]);
  const times = calls(run).map((call) => cameAt.get(call) ?? 0);
  expect(times).toHaveLength(5);
  expect(times[1]).toBeGreaterThanOrEqual(wake);
  expect(times[2]).toBeGreaterThanOrEqual(date.getTime());
  expect((times[4] ?? 0) - date.getTime()).toBeLessThan(5000);
});

test("W-37: the stack holds every memoised hash, in the order in which the steps completed", async () => {
  const { body, held, release } = bodies();
  const run = await begin("w37", {}, async ({ step }) => {
    await step.run("before", body("before"));
    await Promise.all([
      step.run("a", held("a")),
      step.sleep("nap", "1h"),
      step.run("b", held("b")),
      step.run("c", body("c")),
    ]);
    return "all";
  });
  await step(run, "c", "COMPLETED");
  await release("b");
  await step(run, "b", "COMPLETED");
  world.advance(HOUR);
  await step(run, "nap", "COMPLETED");
  await release("a");
  await completed(run, "all");
  for (const { steps, ctx } of calls(run).map(bodyOf))
    expect([...ctx.stack.stack].sort()).toEqual(Object.keys(steps).sort());
  const last = bodyOf(calls(run).at(-1)).ctx.stack;
  expect(last).toEqual({ stack: ["before", "c", "b", "nap", "a"].map(hash), current: 5 });
});

test("W-38: a run goes on when a new deploy has removed one of its steps", async () => {
  const { ran, body } = bodies();
  const run = await begin("w38", {}, async ({ step }) => {
    await step.run("gone", body("gone"));
    await step.sleep("nap", "1h");
    return step.run("after", body("after"));
  });
  await step(run, "nap", "WAITING");
  await deployOne("w38", {}, async ({ step }) => {
    await step.sleep("nap", "1h");
    return step.run("new", body("new"));
  });
  world.advance(HOUR);
  await completed(run, "new");
  expect(ran).toEqual(["gone", "new"]);
  expect(bodyOf(calls(run).at(-1)).steps[hash("gone")]).toEqual(data("gone"));
});

test("an op that is not built yet, defer, fails the run at once with an error that names it", async () => {
  const run = await begin(
    "unbuilt",
    {},
    () => "never asked",
    firstAnswer([{ op: "DeferAdd", id: hash("later"), displayName: "later", opts: { fn_slug: "app-x" } }]),
  );
  const ended = await world.ended(run.run_id);
  expect(ended).toMatchObject({ status: "Failed", output: { name: "StepwellNotBuilt" } });
  expect(ended.output).toMatchObject({ message: expect.stringMatching(/"later".*DeferAdd/) });
  world.advance(HOUR);
  await passed();
  expect(calls(run)).toHaveLength(1);
});
