/** Checkpoints (wire.md §7.2, §7.5): steps of a call that goes on are stored once, and nothing is scheduled. */
import { describe, expect, test } from "vitest";
import type { Op } from "../model/op.ts";
import { decide } from "./decide.ts";
import {
  aboutOf,
  answered,
  calls,
  effectsOf,
  ending,
  fresh,
  type Given,
  happened,
  leaseOf,
  momentAt,
  NOW,
  named,
  notes,
  ops,
  plan,
  run,
  stepRun,
  stored,
} from "./fixtures/samples.ts";
import { record } from "./record.ts";

/** What one result of `stepRun` weighs. */
const RESULT_BYTES = JSON.stringify({ type: "data", data: 1 }).length;

const checkpointed = (list: Op[], given: Given = {}) =>
  happened(
    { is: "checkpointed", ops: list },
    {
      ...given,
      about: { lease: leaseOf(null, given.attempt), ...given.about },
      state: { discovering: true, ...given.state },
    },
  );
const failed: Op = { op: "StepError", error: { name: "E", message: "m" }, ...named("b") };

describe("a checkpoint", () => {
  test("W-47: stores its steps in order and schedules nothing: the call goes on", () => {
    const decision = checkpointed([stepRun("b"), stepRun("a")]);
    expect(effectsOf(decision, "storeStep").map(({ step }) => [step.id, step.ord])).toEqual([
      ["b", 0],
      ["a", 1],
    ]);
    expect(decision.effects.map((effect) => effect.do)).toEqual(["storeStep", "storeStep"]);
    expect(decision.state).toMatchObject({
      stored: 2,
      bytes: 2 * RESULT_BYTES,
      discovering: true,
      checkpointed: "L",
    });
  });

  test("W-48: sent again, it does nothing, not even to the size", () => {
    const decision = checkpointed([stepRun("a")], { steps: ["a"], state: { stored: 1, bytes: 10 } });
    expect(decision.effects).toEqual([]);
    expect(decision.state).toMatchObject({ stored: 1, bytes: 10 });
    expect(decision.state).not.toHaveProperty("checkpointed");
  });

  test("in part known, it stores the rest", () => {
    const decision = checkpointed([stepRun("a"), stepRun("b")], { steps: ["a"], state: { stored: 1 } });
    expect(stored(decision)).toEqual(["b"]);
    expect(effectsOf(decision, "storeStep")[0]?.step.ord).toBe(1);
  });

  test("a step named twice is stored once", () =>
    expect(stored(checkpointed([stepRun("a"), stepRun("a")]))).toEqual(["a"]));

  test("begins the run: the first call may checkpoint before it answers", () => {
    const decision = checkpointed([stepRun("a")], { run: { status: "queued", startedAt: null } });
    expect(decision.effects.map((effect) => effect.do)).toEqual(["start", "storeStep"]);
  });

  test.each<[string, Op]>([
    ["a failed step", failed],
    ["a planned one", plan("b")],
    ["a sleep", { op: "Sleep", name: "1s", race: false, ...named("b") }],
    ["the end", { op: "RunComplete", data: 1, ...named("b") }],
    ["a request to be asked again", { op: "DiscoveryRequest", ...named("b") }],
  ])("%s in it is left to the answer", (_case, op) => {
    const decision = checkpointed([op, stepRun("a")]);
    expect(stored(decision)).toEqual(["a"]);
    expect(decision.state).toMatchObject({ open: {}, discovering: true });
    expect(calls(decision)).toEqual([]);
  });

  test("what is not built ends the run here, too", () =>
    expect(
      ending(checkpointed([{ op: "unsupported", code: "DeferAdd", ...named("d") }, stepRun("a")])),
    ).toMatchObject({
      output: { error: { name: "StepwellNotBuilt" } },
    }));

  test("the arguments of a step are kept; those that are there already stay (record.test.ts)", () => {
    const step: Op = { ...stepRun("a"), input: [1] } as Op;
    const kept = [{ do: "keep", name: "input:a", value: [1] }];
    expect(effectsOf(checkpointed([step]), "keep")).toEqual(kept);
    const again = checkpointed([step], { steps: ["a"], state: { stored: 1 } });
    expect([stored(again), again.state?.bytes]).toEqual([[], 0]);
    expect(effectsOf(checkpointed([{ ...step, input: [] } as Op]), "keep")).toEqual([]);
  });

  test("a step that sends events is told from one that runs code", () => {
    const ops = effectsOf(checkpointed([{ ...stepRun("a"), sends: true } as Op, stepRun("b")]), "storeStep");
    expect(ops.map(({ step }) => step.op)).toEqual(["SendEvent", "StepRun"]);
  });

  test("the time that the SDK measured is the step's, but it never began before its call", () => {
    const took = (durationMs: number) =>
      effectsOf(checkpointed([{ ...stepRun("a"), durationMs } as Op]), "storeStep")[0]?.step;
    expect(took(300)).toMatchObject({ startedAt: NOW - 300, endedAt: NOW });
    expect(took(60_000)).toMatchObject({ startedAt: leaseOf().at, endedAt: NOW });
    expect(took(0.4)).toMatchObject({ startedAt: NOW });
  });

  test("a run that has ended takes none", () => {
    const seen = { run, state: null, steps: new Map(), wakes: [] };
    const input = { is: "checkpointed" as const, ops: [stepRun("a")] };
    expect(decide(seen, input, aboutOf(leaseOf()), momentAt())).toEqual({ effects: [], state: null });
  });

  test("without its call there is none", () =>
    expect(checkpointed([stepRun("a")], { about: { lease: null } }).effects).toEqual([]));

  test("its rows do not free the lease", () => {
    const seen = { run, state: fresh, steps: new Map(), wakes: [] };
    const rows = record(seen, checkpointed([stepRun("a")]), null, momentAt());
    expect(rows.map((row) => Object.values(row)[0])).toEqual(["steps", "payloads", "history", "runStates"]);
  });
});

describe("limits (semantics §2.5)", () => {
  test("results over the state limit end the run", () => {
    const decision = checkpointed([stepRun("a")], { state: { bytes: 1000 - RESULT_BYTES + 1 } });
    expect(ending(decision)).toMatchObject({ output: { error: { name: "InngestErrStateOverflowed" } } });
    expect(decision.state).toBeNull();
    expect(ending(checkpointed([stepRun("a")], { state: { bytes: 1000 - RESULT_BYTES } }))).toBeUndefined();
  });

  test("more steps than a run may have end it", () => {
    const about = { lease: leaseOf(), maxSteps: 2 };
    const two = checkpointed([stepRun("a"), stepRun("b")], { about });
    expect(ending(two)).toBeUndefined();
    const three = checkpointed([stepRun("a"), stepRun("b"), stepRun("c")], { about });
    expect(ending(three)).toMatchObject({ output: { error: { name: "InngestErrFunctionOverflowed" } } });
  });
});

describe("attempts after a checkpoint (wire 7.5)", () => {
  const state = { checkpointed: "L", stored: 1 };

  test("the next step begins at attempt 0, however often the call had been tried", () => {
    const decision = answered(ops(failed), { attempt: 2, state, steps: ["a"] });
    expect(calls(decision)).toEqual([{ target: null, attempt: 1, dueAt: NOW + 15_000 }]);
    expect(effectsOf(decision, "note")).toMatchObject([{ kind: "step.retrying", data: { attempt: 0 } }]);
    expect(stored(decision)).toEqual([]);
  });

  test("without progress, or after the progress of another call, it is the last attempt", () => {
    for (const before of [{}, { checkpointed: "another" }]) {
      const decision = answered(ops(failed), { attempt: 2, state: before });
      expect(stored(decision)).toEqual(["b"]);
      expect(calls(decision)).toEqual([{ target: null, attempt: 0, dueAt: null }]);
    }
  });

  test("the function's own error counts from 0, too", () => {
    const broke = {
      is: "broke" as const,
      error: { name: "E", message: "m" },
      retry: { is: "default" as const },
      requestVersion: 2 as const,
    };
    expect(calls(answered(broke, { attempt: 2, state }))).toMatchObject([{ attempt: 1 }]);
    expect(ending(answered(broke, { attempt: 2 }))).toMatchObject({ status: "failed" });
  });

  test("a step that its answer brings has been tried once", () =>
    expect(effectsOf(answered(ops(stepRun("b")), { attempt: 2, state }), "storeStep")).toMatchObject([
      { step: { attempts: 1 } },
    ]));

  test("W-49: a call that is lost is made again with what it had stored, from attempt 0", () => {
    const lost = happened({ is: "lost" }, { state, about: { lease: leaseOf(null, 2) } });
    expect(lost.effects).toEqual([
      { do: "call", call: { target: null, attempt: 0, generation: 2 }, dueAt: null, score: 1000 },
    ]);
    expect(lost.state?.stored).toBe(1);
    const idle = happened({ is: "lost" }, { about: { lease: leaseOf(null, 2) } });
    expect(calls(idle)).toMatchObject([{ attempt: 2 }]);
  });

  test("what the answer repeats is not stored twice, and the run goes on", () => {
    const decision = answered(ops(stepRun("a"), stepRun("b")), { state, steps: ["a"] });
    expect(stored(decision)).toEqual(["b"]);
    expect(calls(decision)).toEqual([{ target: null, attempt: 0, dueAt: null }]);
    expect(notes(decision)).toEqual([]);
  });
});
