/** Corners that a review looked for: runs that nothing would ever wake, and rows that nobody would take away. */
import { describe, expect, test } from "vitest";
import type { Op } from "../model/op.ts";
import {
  answered,
  calls,
  effectsOf,
  ending,
  laters,
  named,
  opened,
  ops,
  plan,
  stepRun,
} from "./fixtures/samples.ts";

const failing = (id: string): Op => ({
  op: "StepError",
  error: { name: "Error", message: "no" },
  ...named(id),
});
const sleep = (id: string): Op => ({ op: "Sleep", name: "300d", race: false, ...named(id) });

describe("the step limit", () => {
  // v4 with checkpoints: the call stores its last allowed step, then lists a parallel group.
  test("R-13 · a group that is planned once all steps are used up fails the run, and does not wait for ever", () => {
    const decision = answered(ops(plan("x"), plan("y")), {
      state: { stored: 3 },
      about: { maxSteps: 3 },
    });
    const goesOn = calls(decision).length > 0 || laters(decision).length > 0;
    expect(goesOn || ending(decision)?.status === "failed").toBe(true);
  });

  test("R-13 · so does one that comes with the last allowed step in one answer", () => {
    const decision = answered(ops(stepRun("a"), plan("x"), plan("y")), {
      state: { stored: 2 },
      about: { maxSteps: 3 },
    });
    const goesOn = calls(decision).length > 0 || laters(decision).length > 0;
    expect(goesOn || ending(decision)?.status === "failed").toBe(true);
  });
});

test("rule 7 · two failed steps in one answer make one more discovery, not two", () => {
  const decision = answered(ops(failing("a"), failing("b")));
  expect(calls(decision)).toHaveLength(1);
});

describe("an answer that opens something and ends the run", () => {
  const complete: Op = { op: "RunComplete", data: 1, ...named("end") };

  test("leaves no timer behind", () => {
    const decision = answered(ops(sleep("z"), complete));
    expect(ending(decision)?.status).toBe("completed");
    expect(laters(decision)).toEqual([]);
  });

  test("leaves no call behind", () => {
    const decision = answered(ops(plan("x"), complete));
    expect(calls(decision)).toEqual([]);
  });

  test("starts no child for a run that an op of the same answer fails", () => {
    const invoke: Op = {
      op: "InvokeFunction",
      function: "app-other",
      payload: { data: {} },
      timeout: "",
      race: false,
      ...named("i"),
    };
    const unsupported: Op = { op: "unsupported", code: "DeferAdd", ...named("d") };
    const decision = answered(ops(invoke, unsupported), { about: { invocable: () => "G" } });
    expect(ending(decision)?.status).toBe("failed");
    expect(effectsOf(decision, "invoke")).toEqual([]);
  });
});

describe("a step that waited and now comes with a result (its code was changed meanwhile)", () => {
  test("takes its waits away", () => {
    const decision = answered(ops(stepRun("w")), {
      state: { open: opened("WaitForSignal", "w", { waits: ["W1"] }), group: 1 },
    });
    expect(effectsOf(decision, "dropWait").map(({ waitId }) => waitId)).toEqual(["W1"]);
  });

  test("takes its request, which holds secrets, away", () => {
    const decision = answered(ops(stepRun("g")), { state: { open: opened("Gateway", "g"), group: 1 } });
    expect(effectsOf(decision, "keep")).toContainEqual({ do: "keep", name: "request:g", value: null });
  });
});

test.each(["constructor", "toString"])("a step whose id is %j is opened like any other", (id) => {
  const decision = answered(ops(sleep(id)));
  expect(laters(decision)).toHaveLength(1);
  expect(Object.keys(decision.state?.open ?? {})).toEqual([id]);
});

test("a step's arguments do not count as state of the run, which is events and results", () => {
  const large: Op = { op: "StepRun", data: 1, input: ["x".repeat(100_000)], ...named("a") };
  const decision = answered(ops(large), { about: { maxStateBytes: 1000 } });
  expect(ending(decision)).toBeUndefined();
  expect(decision.state?.bytes).toBeLessThan(1000);
});
