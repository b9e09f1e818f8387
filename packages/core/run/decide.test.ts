import { describe, expect, test } from "vitest";
import type { Answer, Op } from "../model/op.ts";
import type { RunState } from "../model/run.ts";
import { decide } from "./decide.ts";
import type { Effect } from "./effects.ts";
import {
  aboutOf,
  answered,
  fresh,
  leaseOf,
  momentAt,
  NOW,
  named,
  opened,
  ops,
  plan,
  run,
  stepRun,
} from "./fixtures/samples.ts";
import { record } from "./record.ts";

const moment = momentAt();
const open = (...ids: string[]): RunState["open"] =>
  Object.assign({}, ...ids.map((id) => opened("StepPlanned", id)));
const calls = (effects: Effect[]) =>
  effects.flatMap((e) =>
    e.do === "call" ? [{ target: e.call.target, attempt: e.call.attempt, dueAt: e.dueAt }] : [],
  );
const stored = (effects: Effect[]) => effects.flatMap((e) => (e.do === "storeStep" ? [e.step.id] : []));
const ending = (effects: Effect[]) => effects.find((e) => e.do === "end");

describe("an answer to a discovery", () => {
  test("one finished step is stored and the function is entered again at once", () => {
    const { effects, state } = answered(ops(stepRun("a")));
    expect(stored(effects)).toEqual(["a"]);
    expect(calls(effects)).toEqual([{ target: null, attempt: 0, dueAt: null }]);
    expect(state).toMatchObject({ discovering: true, plan: false, stored: 1 });
  });

  test("a step that has a result keeps it, and the run still goes on", () => {
    const { effects } = answered(ops(stepRun("a")), { steps: ["a"] });
    expect(stored(effects)).toEqual([]);
    expect(calls(effects)).toHaveLength(1);
  });

  test("a group gets one job each and no re-entry", () => {
    const { effects, state } = answered(ops(plan("a"), plan("b")));
    expect(calls(effects).map((c) => c.target)).toEqual(["a", "b"]);
    expect(state).toMatchObject({ discovering: false, group: 2 });
  });

  test("ops that are listed again make no second job", () => {
    const { effects } = answered(ops(plan("a"), plan("b")), { state: { open: open("a", "b"), group: 2 } });
    expect(calls(effects)).toEqual([]);
  });

  test("an answer that lists only known ops has no effects, and its state is still written", () => {
    const state = { ...fresh, open: open("a", "b"), group: 2 };
    const seen = { run, state, steps: new Map(), wakes: [] };
    const lease = leaseOf(null);
    const input = { is: "answered" as const, answer: ops(plan("a"), plan("b")) };
    const decision = decide(seen, input, aboutOf(lease), moment);
    expect(decision.effects).toEqual([]);
    const rows = record(seen, decision, lease, moment);
    const written = rows.find((row) => "update" in row && row.update === "runStates");
    expect(written).toMatchObject({ set: { state: { discovering: false } } });
  });

  test("an empty list is asked again a second later", () => {
    expect(calls(answered(ops()).effects)).toEqual([{ target: null, attempt: 0, dueAt: 51_000 }]);
  });

  test("more ops than a run may have steps end it", () => {
    const end = ending(answered(ops(stepRun("a")), { about: { maxSteps: 1 } }).effects);
    expect(end).toMatchObject({
      status: "failed",
      output: { error: { name: "InngestErrFunctionOverflowed" } },
    });
  });

  test("results over the state limit end the run", () => {
    const end = ending(answered(ops(stepRun("a")), { state: { bytes: 995 } }).effects);
    expect(end).toMatchObject({ output: { error: { name: "InngestErrStateOverflowed" } } });
  });

  test("an op that is not built ends the run with its name", () => {
    const end = ending(answered(ops({ op: "unsupported", code: "DeferAdd", ...named("w") })).effects);
    expect(end).toMatchObject({ status: "failed", output: { error: { name: "StepwellNotBuilt" } } });
    expect(JSON.stringify(end)).toContain("DeferAdd");
  });
});

describe("an answer to a planned step", () => {
  test("the last of a group is followed by one re-entry that may run", () => {
    const { effects, state } = answered(ops(stepRun("b")), {
      target: "b",
      state: { open: open("b"), group: 2 },
      steps: ["a"],
    });
    expect(calls(effects)).toEqual([{ target: null, attempt: 0, dueAt: null }]);
    expect(state).toMatchObject({ plan: false, group: 0, open: {} });
  });

  test("an earlier one of a group is followed by nothing", () => {
    const { effects } = answered(ops(stepRun("a")), {
      target: "a",
      state: { open: open("a", "b"), group: 2 },
    });
    expect(calls(effects)).toEqual([]);
  });

  test("a race is entered again at each end, and not twice at once", () => {
    const state = { open: open("a", "b"), group: 2, race: true };
    expect(calls(answered(ops(stepRun("a")), { target: "a", state }).effects)).toHaveLength(1);
    const busy = answered(ops(stepRun("a")), { target: "a", state: { ...state, discovering: true } });
    expect(calls(busy.effects)).toEqual([]);
    expect(busy.state).toMatchObject({ again: true });
  });

  test("a failed try is repeated for that step alone", () => {
    const failed: Op = { op: "StepError", error: { name: "E", message: "m" }, ...named("a") };
    const { effects, state } = answered(ops(failed), {
      target: "a",
      state: { open: open("a", "b"), group: 2 },
    });
    expect(calls(effects)).toEqual([{ target: "a", attempt: 1, dueAt: 65_000 }]);
    expect(state?.open).toHaveProperty("a");
  });

  test("the last failed try is its result", () => {
    const failed: Op = { op: "StepError", error: { name: "E", message: "m" }, ...named("a") };
    const { effects } = answered(ops(failed), {
      target: "a",
      attempt: 2,
      state: { open: open("a"), group: 1 },
    });
    expect(stored(effects)).toEqual(["a"]);
    expect(calls(effects)).toEqual([{ target: null, attempt: 0, dueAt: null }]);
  });

  test("a failed try began when the SDK says, not when its call did, and never before that", () => {
    const began = (durationMs: number, attempt: number): unknown => {
      const failed: Op = { op: "StepError", error: { name: "E", message: "m" }, durationMs, ...named("a") };
      const { effects } = answered(ops(failed), { attempt });
      const note = effects.find((effect) => effect.do === "note" && effect.kind === "step.retrying");
      const last = effects.find((effect) => effect.do === "storeStep");
      return (note as { data?: object } | undefined)?.data ?? (last as { step?: object } | undefined)?.step;
    };
    for (const attempt of [0, 2]) {
      expect(began(2, attempt)).toMatchObject({ startedAt: NOW - 2 });
      expect(began(1e9, attempt)).toMatchObject({ startedAt: leaseOf().at });
    }
  });

  test("a step that failed for good keeps what it was given, to be edited for a rerun", () => {
    const failed: Op = {
      op: "StepFailed",
      error: { name: "E", message: "m" },
      input: [{ n: 1 }],
      ...named("a"),
    };
    const { effects } = answered(ops(failed), { target: "a", state: { open: open("a"), group: 1 } });
    expect(effects).toContainEqual({ do: "keep", name: "input:a", value: [{ n: 1 }] });
  });

  test("its arguments are kept: those of a rerun come with the answer (wire 4.7)", () => {
    const ran: Op = { op: "StepRun", data: 1, input: [2], ...named("a") };
    const { effects } = answered(ops(ran), { target: "a", state: { open: open("a"), group: 1 } });
    expect(effects).toContainEqual({ do: "keep", name: "input:a", value: [2] });
  });

  test("an answer without the step's result counts as a failed request", () => {
    const { effects } = answered(ops(), { target: "a", state: { open: open("a"), group: 1 } });
    expect(calls(effects)).toEqual([{ target: "a", attempt: 1, dueAt: 65_000 }]);
  });
});

describe("ends", () => {
  test("a return value ends the run and tells of it", () => {
    const { effects, state } = answered({ is: "returned", output: 42, requestVersion: 2 });
    expect(ending(effects)).toMatchObject({ status: "completed", output: { data: 42 } });
    expect(effects.flatMap((e) => (e.do === "send" ? [e.event.name] : []))).toEqual([
      "inngest/function.finished",
    ]);
    expect(state).toBeNull();
  });

  test("an error on the last attempt fails the run; its failed event carries the run id", () => {
    const answer: Answer = {
      is: "broke",
      error: { name: "E", message: "m" },
      retry: { is: "default" },
      requestVersion: 2,
    };
    const { effects } = answered(answer, { attempt: 2 });
    const sent = effects.flatMap((e) => (e.do === "send" ? [[e.event.name, e.event.externalId]] : []));
    expect(sent).toContainEqual(["inngest/function.failed", "R"]);
  });

  test("a run that has ended never changes", () => {
    const seen = { run: { ...run, status: "completed" as const }, state: null, steps: new Map(), wakes: [] };
    expect(decide(seen, { is: "cancelled", cause: "x" }, aboutOf(null), moment).effects).toEqual([]);
  });

  test("a run started by a failure event publishes none", () => {
    const seen = {
      run: { ...run, eventName: "inngest/function.failed" },
      state: fresh,
      steps: new Map(),
      wakes: [],
    };
    const { effects } = decide(seen, { is: "cancelled", cause: "x" }, aboutOf(null), moment);
    expect(effects.filter((e) => e.do === "send")).toEqual([]);
  });

  test("the end takes the later wakes with it and names the queued ones to the pool", () => {
    const queued = {
      id: "q",
      job: { kind: "call" as const, call: leaseOf("x").call },
      runId: "R",
      lane: "F:step",
      score: 1,
      dueAt: 1,
    };
    const later = {
      id: "s",
      job: { kind: "sleep" as const, step: "z" },
      runId: "R",
      lane: null,
      score: 9,
      dueAt: 9,
    };
    const seen = { run, state: fresh, steps: new Map(), wakes: [queued, later] };
    const rows = record(
      seen,
      decide(seen, { is: "cancelled", cause: "x" }, aboutOf(null), moment),
      null,
      moment,
    );
    expect(rows).toContainEqual({ remove: "wakes", key: { id: "s" } });
    expect(rows.some((r) => "insert" in r && r.insert === "nudges" && r.row.gone === "q")).toBe(true);
    expect(rows).not.toContainEqual({ remove: "wakes", key: { id: "q" } });
  });
});

describe("wakes and losses", () => {
  const sleeping = (group: number): RunState => ({
    ...fresh,
    discovering: false,
    group,
    open: { z: { op: "Sleep", name: "1s", displayName: "z", userland: null, since: 1, until: 2 } },
  });
  const wakes = [
    { id: "s", job: { kind: "sleep" as const, step: "z" }, runId: "R", lane: null, score: 2, dueAt: 2 },
  ];

  test.each([
    [1, false],
    [2, true],
  ])("a sleep that ends a group of %i plans: %s", (group, plan) => {
    const { effects, state } = decide(
      { run, state: sleeping(group), steps: new Map(), wakes },
      { is: "woke", wakeId: "s" },
      aboutOf(null),
      moment,
    );
    expect(stored(effects)).toEqual(["z"]);
    expect(state).toMatchObject({ plan, discovering: true });
  });

  test("a wake that is gone does nothing", () => {
    expect(
      decide(
        { run, state: sleeping(1), steps: new Map(), wakes: [] },
        { is: "woke", wakeId: "s" },
        aboutOf(null),
        moment,
      ).effects,
    ).toEqual([]);
  });

  test("a lost call is queued again with the same attempt and the next generation", () => {
    const { effects } = decide(
      { run, state: fresh, steps: new Map(), wakes: [] },
      { is: "lost" },
      aboutOf(leaseOf("a", 1)),
      moment,
    );
    expect(effects).toEqual([
      { do: "call", call: { target: "a", attempt: 1, generation: 2 }, dueAt: null, score: 1000 },
    ]);
  });
});
