import { type Span, spanSchema } from "@stepwell/api";
import type { HistoryRow, Json, JsonObject, StepRow } from "@stepwell/core";
import type { CallContext } from "@stepwell/store";
import { describe, expect, it, test } from "vitest";
import { aRun, NOW } from "../../fixtures/fake-engine.ts";
import { traceOf } from "../trace.ts";

const RUN = "01KAV000000000000000000RN1";
const CHILD = "01KAV000000000000000000RN2";
const EVENT = "01KAV0000000000000000000E7";
const T = NOW - 2_000;
const iso = (at: number): string => new Date(at).toISOString();

type Line = [HistoryRow["kind"], JsonObject];
const history = (lines: Line[]): HistoryRow[] =>
  lines.map(([kind, data], id) => ({ id, runId: RUN, at: T + id * 10, kind, step: "h", data }));

function stored(more: Partial<StepRow>, result: Json): CallContext["steps"] {
  const row: StepRow = {
    runId: RUN,
    id: "h",
    ord: 0,
    op: "StepRun",
    name: "the step",
    userlandId: "the-step",
    userlandIndex: null,
    status: "completed",
    attempts: 1,
    queuedAt: T,
    startedAt: T,
    endedAt: T + 500,
    ...more,
  };
  return [{ row, result }];
}

interface Case {
  lines: Line[];
  steps?: CallContext["steps"];
  run?: "running" | "completed" | "failed" | "cancelled";
  children?: [string, string][];
  inputs?: [string, Json][];
}

function stepOf({ lines, steps = [], run = "running", children = [], inputs = [] }: Case): Span {
  const row = aRun(RUN, { status: run, endedAt: run === "running" ? null : T + 900 });
  const context: CallContext = { run: row, state: null, events: [], steps };
  const payloads = { output: { data: null }, inputs: new Map(inputs) };
  const { rootSpan } = traceOf(context, history(lines), payloads, new Map(children));
  const found = rootSpan.children[0];
  if (found === undefined) throw new Error("no step is shown");
  expect(spanSchema.parse(found)).toEqual(found);
  return found;
}

const name = "the step";
const sleeping: Line = ["step.sleeping", { name, until: T + 500 }];
const waiting: Line = [
  "step.waiting",
  { name, op: "WaitForEvent", event: "shop/paid", expression: "async.data.ok", timeout: T + 500 },
];
const signal: Line = ["step.waiting", { name, op: "WaitForSignal", signal: "go", timeout: T + 500 }];
const invoking: Line = [
  "step.invoking",
  { name, function: "shop-child", functionId: "f-1", eventId: EVENT, timeout: T + 500 },
];
const wait = { eventName: "shop/paid", expression: "async.data.ok", timeout: iso(T + 500) };
const invoke = { triggeringEventID: EVENT, functionID: "f-1", timeout: iso(T + 500) };
const timedOut: Line = ["step.timedOut", {}];
const completed: Line = ["step.completed", { name, attempt: 0 }];
const failed: Line = ["step.failed", { name, attempt: 0 }];
const error = { name: "InngestInvokeTimeoutError", message: "too late" };

describe("what a step waits for", () => {
  test.each<[string, Case, Partial<Span>]>([
    [
      "a sleep that goes on",
      { lines: [sleeping] },
      { stepOp: "SLEEP", status: "WAITING", stepInfo: { sleepUntil: iso(T + 500) }, endedAt: null },
    ],
    [
      "a sleep that is over",
      { lines: [sleeping, completed], steps: stored({ op: "Sleep" }, null) },
      { stepOp: "SLEEP", status: "COMPLETED", stepInfo: { sleepUntil: iso(T + 500) }, durationMs: 500 },
    ],
    [
      "an event that has not come",
      { lines: [waiting] },
      {
        stepOp: "WAIT_FOR_EVENT",
        status: "WAITING",
        startedAt: iso(T),
        stepInfo: { ...wait, foundEventID: null, timedOut: null },
      },
    ],
    [
      "an event that has come",
      {
        lines: [waiting, ["step.matched", { eventId: EVENT }], completed],
        steps: stored({ op: "WaitForEvent" }, { type: "data", data: { name: "shop/paid", data: {} } }),
      },
      {
        status: "COMPLETED",
        stepInfo: { ...wait, foundEventID: EVENT, timedOut: false },
        output: { data: { name: "shop/paid", data: {} } },
      },
    ],
    [
      "an event that did not come in time",
      { lines: [waiting, timedOut, completed], steps: stored({ op: "WaitForEvent" }, null) },
      {
        status: "COMPLETED",
        stepInfo: { ...wait, foundEventID: null, timedOut: true },
        output: { data: null },
      },
    ],
    [
      "an event, when the run is cancelled",
      { lines: [waiting], run: "cancelled" },
      {
        status: "CANCELLED",
        endedAt: iso(T + 900),
        durationMs: 900,
        stepInfo: { ...wait, foundEventID: null, timedOut: null },
      },
    ],
    [
      "a signal that has not come",
      { lines: [signal] },
      {
        stepOp: "WAIT_FOR_SIGNAL",
        status: "WAITING",
        stepInfo: { signal: "go", timeout: iso(T + 500), timedOut: null },
      },
    ],
    [
      "a signal that has come",
      {
        lines: [signal, ["step.matched", { signal: "go" }], completed],
        steps: stored({ op: "WaitForSignal" }, { type: "data", data: { signal: "go", data: 1 } }),
      },
      {
        status: "COMPLETED",
        stepInfo: { signal: "go", timeout: iso(T + 500), timedOut: false },
        output: { data: { signal: "go", data: 1 } },
      },
    ],
    [
      "a signal that did not come in time",
      { lines: [signal, timedOut, completed], steps: stored({ op: "WaitForSignal" }, null) },
      { status: "COMPLETED", stepInfo: { signal: "go", timeout: iso(T + 500), timedOut: true } },
    ],
    [
      "a child that has not started",
      { lines: [invoking] },
      {
        stepOp: "INVOKE",
        status: "WAITING",
        stepInfo: { ...invoke, returnEventID: null, runID: null, timedOut: null },
      },
    ],
    [
      "a child that runs",
      { lines: [invoking], children: [[EVENT, CHILD]] },
      { status: "WAITING", stepInfo: { ...invoke, returnEventID: null, runID: CHILD, timedOut: null } },
    ],
    [
      "a child that has returned",
      {
        lines: [invoking, ["step.returned", { runId: CHILD, eventId: "E9" }], completed],
        steps: stored({ op: "InvokeFunction" }, { type: "data", data: 7 }),
      },
      {
        status: "COMPLETED",
        stepInfo: { ...invoke, returnEventID: "E9", runID: CHILD, timedOut: false },
        output: { data: 7 },
      },
    ],
    [
      "a child that did not return in time",
      {
        lines: [invoking, timedOut, failed],
        steps: stored({ op: "InvokeFunction", status: "failed" }, { type: "error", error }),
        children: [[EVENT, CHILD]],
      },
      {
        status: "FAILED",
        stepInfo: { ...invoke, returnEventID: null, runID: CHILD, timedOut: true },
        output: { error },
      },
    ],
    [
      "a child whose function is unknown",
      {
        lines: [
          ["step.invoking", { name, function: "no-such", functionId: null, eventId: null, timeout: T + 500 }],
          failed,
        ],
        steps: stored({ op: "InvokeFunction", status: "failed" }, { type: "error", error }),
      },
      {
        stepOp: "INVOKE",
        status: "FAILED",
        stepInfo: {
          triggeringEventID: null,
          functionID: "no-such",
          timeout: iso(T + 500),
          returnEventID: null,
          runID: null,
          timedOut: false,
        },
      },
    ],
  ])("%s", (_what, given, expected) => {
    const step = stepOf(given);
    expect(step).toMatchObject(expected);
    expect(step.attemptCount).toBeNull();
    expect(step.children).toEqual([]);
    if (step.endedAt === null || step.stepOp === "SLEEP" || step.status === "CANCELLED")
      expect(step).not.toHaveProperty("output");
  });
});

describe("requests of the server", () => {
  const fetching = (op: string): Line => [
    "step.fetching",
    { name, op, method: "POST", url: "https://api.example/?key=secret-query" },
  ];

  test.each([
    ["Gateway", "RUN"],
    ["AIGateway", "AI_GATEWAY"],
  ])("%s is shown as %s, and nothing of its request is", (op, stepOp) => {
    const inputs: [string, Json][] = [["h", [{ headers: { authorization: "secret-header" } }]]];
    const open = stepOf({ lines: [fetching(op)], inputs });
    expect(open).toMatchObject({
      stepOp,
      status: "RUNNING",
      startedAt: iso(T),
      attemptCount: 0,
      input: null,
    });
    const retried = stepOf({
      lines: [fetching(op), ["step.retrying", { name, attempt: 0, error }], completed],
      steps: stored({ op, attempts: 2 }, { type: "data", data: { status_code: 200 } }),
      inputs,
    });
    expect(retried).toMatchObject({ stepOp, status: "COMPLETED", attemptCount: 2, attempts: 1 });
    expect(retried.children.map((child) => child.name)).toEqual(["Attempt 0", "Attempt 1"]);
    expect(JSON.stringify([open, retried])).not.toContain("secret");
  });
});

describe("the answer to a fetch", () => {
  const url = "https://user:secret@api.example/v1/ask?key=secret#secret";
  const headers = {
    "set-cookie": "session=secret",
    "X-Api-Key": "secret",
    authorization: "secret",
    location: "https://api.example/next?token=secret",
    "content-type": "text/plain",
  };
  const answer = { url, headers, status_code: 200, body: "hello" };

  test("is shown without the query of its address and without what opens doors", () => {
    const given = { lines: [completed], steps: stored({ op: "Gateway" }, { type: "data", data: answer }) };
    const { output } = stepOf(given);
    expect(output).toEqual({
      data: {
        url: "https://api.example/v1/ask",
        headers: {
          "set-cookie": "[hidden]",
          "X-Api-Key": "[hidden]",
          authorization: "[hidden]",
          location: "https://api.example/next",
          "content-type": "text/plain",
        },
        status_code: 200,
        body: "hello",
      },
    });
  });

  test("a step of the app that returns the like is shown as it is", () => {
    const given = { lines: [completed], steps: stored({}, { type: "data", data: answer }) };
    expect(stepOf(given).output).toEqual({ data: answer });
  });
});

describe("what a step took and gave", () => {
  it("shows arguments, and null when there are none", () => {
    const given: Case = { lines: [completed], steps: stored({}, { type: "data", data: { a: 1 } }) };
    expect(stepOf({ ...given, inputs: [["h", [1, "x"]]] })).toMatchObject({
      stepOp: "RUN",
      input: [1, "x"],
      output: { data: { a: 1 } },
    });
    expect(stepOf(given).input).toBeNull();
  });

  it.each<[Json, Json]>([
    [{ type: "data", data: null }, { data: null }],
    [{ data: 5 }, { data: 5 }],
    [{ type: "error", error: { name: "E", __serialized: true } }, { error: { name: "E" } }],
    [{ name: "event", data: {}, id: "1" }, { data: { name: "event", data: {}, id: "1" } }],
    [{ data: 1, foo: 2 }, { data: { data: 1, foo: 2 } }],
    ["text", { data: "text" }],
  ])("a result stored as %j is shown as %j", (result, output) => {
    expect(stepOf({ lines: [completed], steps: stored({}, result) }).output).toEqual(output);
  });

  it("cuts names at 256 characters, and not through one", () => {
    const long = stepOf({ lines: [completed], steps: stored({ name: "𝄞".repeat(300) }, null) });
    expect(long.name).toBe("𝄞".repeat(256));
  });

  it("folds the one try of a step that failed at once, and shows a failed one that will be repeated", () => {
    const once = stepOf({
      lines: [failed],
      steps: stored({ status: "failed" }, { type: "error", error }),
      run: "failed",
    });
    expect(once).toMatchObject({ status: "FAILED", attemptCount: 1, children: [], output: { error } });
    const between = stepOf({ lines: [["step.retrying", { name, attempt: 0, error, startedAt: T - 5 }]] });
    expect(between).toMatchObject({ status: "WAITING", attemptCount: 1, attempts: 0 });
    expect(between.children).toMatchObject([{ name: "Attempt 0", status: "FAILED", output: { error } }]);
  });

  it("counts the last try once, when it is in the history, too", () => {
    const twice = stepOf({
      lines: [
        ["step.retrying", { name, attempt: 0, error }],
        ["request.failed", { attempt: 1, final: true, error }],
        ["step.failed", { name, attempt: 1 }],
      ],
      steps: stored({ status: "failed", attempts: 2 }, { type: "error", error }),
    });
    expect(twice.children.map((child) => child.name)).toEqual(["Attempt 0", "Attempt 1"]);
  });
});
