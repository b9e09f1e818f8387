/** Parallel groups, races and the traps of wire.md §6 (semantics §7.8), over HTTP with a real SDK. */
import { expect, test } from "vitest";
import {
  begin as beginRun,
  bodyOf,
  calls as callsOf,
  completed,
  type Handler,
  HOUR,
  hash,
  type Options,
  passed,
  rootSpan,
  step as spanOf,
  useWorld,
  world,
} from "./bench.ts";
import { sdk } from "./sdk.ts";
import { type RunView, until } from "./world.ts";

useWorld();

const begin = (id: string, handler: Handler, options: Options = {}): Promise<RunView> =>
  beginRun(id, options, handler);

const calls = (run: RunView) =>
  callsOf(run).map((request) => {
    const { ctx } = bodyOf(request);
    const target = /stepId=([^&]*)/.exec(request.url)?.[1] ?? "";
    return { target, die: ctx.disable_immediate_execution as boolean, stack: ctx.stack.stack as string[] };
  });
const discoveries = (run: RunView) => calls(run).filter(({ target }) => target === "step");

/** Counts the executions of each step body. */
function counted() {
  const ran: Record<string, number> = {};
  return {
    ran,
    body: (id: string, result: unknown = id) => {
      ran[id] = (ran[id] ?? 0) + 1;
      return result;
    },
  };
}

test("ST-17, W-39, W-40, W-46: three steps in parallel run once each, and the function is re-entered as its version says", async () => {
  const { ran, body } = counted();
  const run = await begin("st17", async ({ step }) =>
    Promise.all(["a", "b", "c"].map((id) => step.run(id, () => body(id)))),
  );
  await completed(run, ["a", "b", "c"]);
  expect(ran).toEqual({ a: 1, b: 1, c: 1 });
  const targets = calls(run).map(({ target }) => target);
  expect(targets.filter((target) => target !== "step").sort()).toEqual(["a", "b", "c"].map(hash).sort());
  const reentries = discoveries(run).slice(1);
  if (sdk.requestVersion === 2) expect(reentries.map(({ die }) => die)).toEqual([false]);
  else {
    // Version 1: after each end, planning while others are open; overlapping ends are coalesced (rule 7).
    expect(reentries.length).toBeGreaterThanOrEqual(1);
    expect(reentries.at(-1)?.die).toBe(false);
    for (const { die, stack } of reentries) expect(die).toBe(stack.length < 3);
  }
});

test("ST-18: one step of a group that fails twice is tried again alone", async () => {
  const { ran, body } = counted();
  const run = await begin("st18", async ({ step, attempt: _ }) =>
    Promise.all([
      step.run("good", () => body("good")),
      step.run("bad", () => {
        if ((body("bad", 0), (ran.bad ?? 0) < 3)) throw new Error("not yet");
        return "bad";
      }),
    ]),
  );
  for (const tries of [1, 2]) {
    await until(`${tries} tries`, () => (ran.bad ?? 0) >= tries);
    await until("the retry is set", async () =>
      JSON.stringify(await rootSpan(run)).includes(`Attempt ${tries - 1}`),
    );
    await passed();
    world.advance(120_000);
  }
  expect(await world.ended(run.run_id)).toMatchObject({ output: ["good", "bad"] });
  expect(ran).toEqual({ good: 1, bad: 3 });
});

test("ST-19, W-41: a sleep and a step side by side; what follows waits for the sleep unless the version is 1", async () => {
  const { ran, body } = counted();
  const run = await begin("st19", async ({ step }) => {
    await Promise.all([step.sleep("nap", "2h"), step.run("work", () => body("work"))]);
    return step.run("after", () => body("after"));
  });
  await spanOf(run, "work", "COMPLETED");
  await passed();
  if (sdk.requestVersion === 2) expect(discoveries(run)).toHaveLength(1);
  expect(ran).toEqual({ work: 1 });
  world.advance(2 * HOUR);
  expect(await world.ended(run.run_id)).toMatchObject({ output: "after" });
  expect(ran).toEqual({ work: 1, after: 1 });
  // A timer ended a real group: the function was re-entered planning (rule 2).
  const afterNap = discoveries(run).find(({ stack }) => stack.includes(hash("nap")));
  expect(afterNap?.die).toBe(true);
});

test("a group of waits, invokes and sleeps is re-entered once, planning", async () => {
  const run = await begin("mixed", async ({ step }) => {
    const [event, slept] = await Promise.all([
      step.waitForEvent("w", { event: "mixed/go", timeout: "1d" }),
      step.sleep("nap", "1h"),
    ]);
    return { event: event?.data.n, slept };
  });
  await spanOf(run, "w", "WAITING");
  await world.send({ name: "mixed/go", data: { n: 4 } });
  await spanOf(run, "w", "COMPLETED");
  await passed();
  world.advance(HOUR);
  expect(await world.ended(run.run_id)).toMatchObject({ output: { event: 4 } });
  if (sdk.requestVersion === 2) expect(discoveries(run).map(({ die }) => die)).toEqual([false, true]);
});

test("ST-22, W-43: a race of a step and a sleep is won by the step; no job is left behind", async () => {
  const run = await begin("st22", async ({ step }) =>
    Promise.race([step.sleep("nap", "10s").then(() => "slept"), step.run("quick", () => "quick")]),
  );
  await spanOf(run, "quick", "COMPLETED");
  await passed();
  const early = await world.run(run.run_id);
  if (sdk.name === "v3") expect(early).toMatchObject({ status: "Completed", output: "quick" });
  else expect(early.status).toBe("Running");
  world.advance(10_000);
  await completed(run, "quick");
  const before = calls(run).length;
  world.advance(HOUR);
  await passed();
  expect(calls(run)).toHaveLength(before);
});

test("W-42: with parallelMode race the function is re-entered at the first end, the winner first in the stack", async () => {
  let release = (): void => {};
  const run = await begin("w42", async ({ step, group }: any) => {
    const race = () =>
      Promise.race([
        step.run("slow", () => new Promise<string>((resolve) => (release = () => resolve("slow")))),
        step.run("fast", () => "fast"),
      ]);
    const winner = await (group?.parallel === undefined ? race() : group.parallel({ mode: "race" }, race));
    return step.run("after", () => `after ${winner}`);
  });
  await spanOf(run, "fast", "COMPLETED");
  await spanOf(run, "after", "COMPLETED");
  const reentry = discoveries(run)[1];
  expect(reentry).toMatchObject({ die: true, stack: [hash("fast")] });
  release();
  await completed(run, "after fast");
});

test("W-44: a member of a group that fails for good counts as ended, and user code decides", async () => {
  const run = await begin(
    "w44",
    async ({ step }) =>
      (
        await Promise.allSettled([
          step.run("good", () => 1),
          step.run("bad", () => {
            throw new Error("broken");
          }),
        ])
      ).map(({ status }) => status),
    { retries: 0 },
  );
  expect(await world.ended(run.run_id)).toMatchObject({ output: ["fulfilled", "rejected"] });
});

test("W-45: chains beside each other: a re-entry that lists a planned step again makes no second job of it", async () => {
  const { ran, body } = counted();
  let release = (): void => {};
  const run = await begin("w45", async ({ step }) => {
    const chain = async () => [
      await step.run("a", () => body("a")),
      await step.run("a2", () => body("a2")),
      await step.run("a3", () => body("a3")),
    ];
    const slow = step.run("b", async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return body("b");
    });
    return Promise.all([chain(), slow]);
  });
  await spanOf(run, "a", "COMPLETED");
  if (sdk.requestVersion === 1) await spanOf(run, "a3", "COMPLETED");
  await until("b works", () => calls(run).some(({ target }) => target === hash("b")));
  await passed();
  release();
  expect(await world.ended(run.run_id)).toMatchObject({ output: [["a", "a2", "a3"], "b"] });
  expect(ran).toEqual({ a: 1, a2: 1, a3: 1, b: 1 });
});

test("a large group: fifty steps in parallel under a limit of two run once each", async () => {
  const { ran, body } = counted();
  const ids = Array.from({ length: 50 }, (_, n) => `s${n}`);
  const run = await begin(
    "fifty",
    async ({ step }) => (await Promise.all(ids.map((id) => step.run(id, () => body(id))))).length,
    { concurrency: 2 },
  );
  expect(await world.ended(run.run_id)).toMatchObject({ output: 50 });
  expect(Object.values(ran)).toEqual(ids.map(() => 1));
});
