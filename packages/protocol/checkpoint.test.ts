/** The body of a checkpoint (wire.md §7.2): what the SDK sends, what is taken of it, what is refused. */
import { type Json, type JsonObject, StepwellError } from "@stepwell/core";
import { describe, expect, it } from "vitest";
import { readCheckpoint } from "./checkpoint.ts";

const a = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8";
const step: JsonObject = {
  id: a,
  op: "StepRun",
  name: "a",
  displayName: "a",
  opts: {},
  userland: { id: "a" },
  data: { n: 1 },
};
const body = (more: JsonObject = {}): JsonObject => ({
  qi_id: "01JOB",
  generation_id: 3,
  steps: [step],
  ...more,
});
const refusal = (value: Json): StepwellError => {
  try {
    readCheckpoint(value);
  } catch (error) {
    if (error instanceof StepwellError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("readCheckpoint", () => {
  it("W-47: reads what v4 sends and drops the SDK's own keys", () => {
    const internal = {
      mode: "async",
      rawArgs: ["a", null],
      hashedId: a,
      promise: {},
      fulfilled: true,
      hasStepState: false,
      handled: true,
      middleware: {},
      memoizationDeferred: {},
      transformedResultPromise: {},
      input: [9],
    };
    const sent = {
      run_id: "01JRUN",
      fn_id: "7a1c",
      request_id: "01JREQ",
      request_started_at: 1_700_000_000_000,
      ts: 1_700_000_000_123,
      steps: [{ ...step, ...internal, timing: { a: 1_700_000_000_000_000_000, b: 1_200_000 } }],
    };
    expect(readCheckpoint(body(sent))).toEqual({
      jobId: "01JOB",
      generation: 3,
      unknownOps: [],
      ops: [
        {
          op: "StepRun",
          id: a,
          displayName: "a",
          userland: { id: "a" },
          data: { n: 1 },
          durationMs: 1.2,
        },
      ],
    });
  });

  it("v3 sends no generation, and no data when it is undefined", () => {
    const { data: _none, ...undefinedStep } = step;
    const read = readCheckpoint({ qi_id: "01JOB", steps: [undefinedStep] });
    expect(read).toMatchObject({ generation: null, ops: [{ op: "StepRun", data: null }] });
  });

  it.each([["text"], [1.5], [null], [Number.MAX_VALUE]])("generation %j is as good as none", (generation) =>
    expect(readCheckpoint(body({ generation_id: generation })).generation).toBeNull(),
  );

  it("arguments come from the options, not from the SDK's own `input`", () => {
    const read = readCheckpoint(body({ steps: [{ ...step, opts: { input: [1, 2] }, input: [9] }] }));
    expect(read.ops).toMatchObject([{ input: [1, 2] }]);
  });

  it("keeps the order, and names what it does not know", () => {
    const steps = [
      { ...step, id: "2" },
      { op: "Teleport", id: "x" },
      { ...step, id: "1" },
    ];
    const read = readCheckpoint(body({ steps }));
    expect(read.ops.map(({ id }) => id)).toEqual(["2", "1"]);
    expect(read.unknownOps).toEqual(["Teleport"]);
  });

  it("no steps are a checkpoint, too", () => expect(readCheckpoint(body({ steps: [] })).ops).toEqual([]));

  it.each<[string, Json, RegExp]>([
    ["null", null, /not an object/],
    ["a list", [], /not an object/],
    ["text", "x", /not an object/],
    ["no job", body({ qi_id: null }), /`qi_id` is missing/],
    ["an empty job", body({ qi_id: "" }), /`qi_id` is missing/],
    ["no steps", { qi_id: "01JOB" }, /`steps` is not a list/],
    ["steps that are none", body({ steps: {} }), /`steps` is not a list/],
    ["a number among the steps", body({ steps: [step, 1] }), /not a list of step ops/],
    ["a step without an id", body({ steps: [{ op: "StepRun", data: 1 }] }), /has no id/],
    ["a result over 4 MiB", body({ steps: [{ ...step, data: "x".repeat(4 * 1024 * 1024) }] }), /over 4 MiB/],
  ])("refuses %s", (_case, value, message) => {
    const error = refusal(value);
    expect([error.code, error.status]).toEqual(["checkpoint_invalid", 400]);
    expect(error.message).toMatch(message);
  });
});
