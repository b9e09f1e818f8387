import { type Span, traceSchema } from "@stepwell/api";
import type { HistoryRow, JsonObject, StepRow } from "@stepwell/core";
import type { CallContext } from "@stepwell/store";
import { expect, it } from "vitest";
import { aRun, NOW } from "../fixtures/fake-engine.ts";
import { traceOf } from "./trace.ts";

const RUN = "01KAV000000000000000000RN1";
const T = NOW - 2_000;

function history(...rows: [HistoryRow["kind"], string | null, JsonObject][]): HistoryRow[] {
  return rows.map(([kind, step, data], id) => ({ id, runId: RUN, at: T + id * 10, kind, step, data }));
}

function step(id: string, more: Partial<StepRow> = {}): CallContext["steps"][number] {
  const row: StepRow = {
    runId: RUN,
    id,
    ord: 0,
    op: "StepRun",
    name: `name of ${id}`,
    userlandId: `name of ${id}`,
    userlandIndex: null,
    status: "completed",
    attempts: 1,
    queuedAt: T,
    startedAt: T + 5,
    endedAt: T + 25,
    ...more,
  };
  return { row, result: { type: "data", data: 1 } };
}

function context(more: Partial<CallContext>): CallContext {
  return { run: aRun(RUN), state: null, events: [], steps: [], ...more };
}

/** Names, statuses and children only. */
function outline({ name, status, children }: Span): unknown {
  const line = `${name} ${status}`;
  return children.length === 0 ? line : [line, ...children.map(outline)];
}

it("folds a single good attempt into its step and ends with the finalization", () => {
  const found = context({ steps: [step("a"), step("b", { ord: 1 })] });
  const trace = traceOf(
    found,
    history(
      ["run.queued", null, {}],
      ["run.started", null, {}],
      ["step.completed", "a", {}],
      ["step.completed", "b", {}],
      ["run.ended", null, {}],
    ),
    { output: { data: 3 }, inputs: new Map() },
  );
  expect(outline(trace.rootSpan)).toEqual([
    "Run COMPLETED",
    "name of a COMPLETED",
    "name of b COMPLETED",
    "Finalization COMPLETED",
  ]);
  expect(trace.rootSpan.children[0]).toMatchObject({
    stepOp: "RUN",
    stepId: "name of a",
    durationMs: 20,
    attemptCount: 1,
    attempts: 0,
  });
  expect(trace.rootSpan.output).toEqual({ data: 3 });
  expect(traceSchema.safeParse(trace).success).toBe(true);
});

it("shows the attempts of a retried step", () => {
  const error = { name: "Error", message: "no" };
  const found = context({ steps: [step("a", { attempts: 2 })] });
  const { rootSpan } = traceOf(
    found,
    history(
      ["step.retrying", "a", { attempt: 0, name: "name of a", error, startedAt: T - 100 }],
      ["step.completed", "a", { attempt: 1 }],
    ),
    { output: { data: null }, inputs: new Map() },
  );
  expect(outline(rootSpan)).toEqual([
    "Run COMPLETED",
    ["name of a COMPLETED", "Attempt 0 FAILED", "Attempt 1 COMPLETED"],
    "Finalization COMPLETED",
  ]);
  expect(rootSpan.children[0]).toMatchObject({ attemptCount: 2, attempts: 1 });
  expect(rootSpan.children[0]?.children[0]).toMatchObject({
    output: { error },
    startedAt: new Date(T - 100).toISOString(),
    durationMs: 100,
    attempts: 0,
  });
  expect(rootSpan.children[0]?.children[1]).toMatchObject({ output: { data: 1 }, attempts: 1 });
});

it("shows a sleep that goes on, with its end and without an output", () => {
  const run = aRun(RUN, { status: "running", endedAt: null });
  const { rootSpan } = traceOf(
    context({ run }),
    history(["step.sleeping", "s", { name: "nap", until: NOW }]),
    { output: null, inputs: new Map() },
  );
  expect(outline(rootSpan)).toEqual(["Run RUNNING", "nap WAITING"]);
  expect(rootSpan.children[0]).toMatchObject({
    stepOp: "SLEEP",
    stepInfo: { sleepUntil: "2026-11-24T12:00:00.000Z" },
    attemptCount: null,
  });
  expect(rootSpan.children[0]).not.toHaveProperty("output");
  expect(rootSpan).not.toHaveProperty("output");
});

it("puts failures outside steps under the finalization, or before the step that followed", () => {
  const failed = (attempt: number): [HistoryRow["kind"], null, JsonObject] => [
    "request.failed",
    null,
    { attempt, error: { name: "E", message: "m" } },
  ];
  const run = aRun(RUN, { status: "failed" });
  const early = traceOf(
    context({ run, steps: [step("a")] }),
    history(failed(0), ["step.completed", "a", {}], failed(0), failed(1)),
    null,
  );
  expect(outline(early.rootSpan)).toEqual([
    "Run FAILED",
    "Attempt 0 FAILED",
    "name of a COMPLETED",
    ["Finalization FAILED", "Attempt 0 FAILED", "Attempt 1 FAILED"],
  ]);
  expect(early.rootSpan.children.at(-1)).toMatchObject({ attemptCount: 2, attempts: 1 });
});

it("marks what was open when the run was cancelled", () => {
  const run = aRun(RUN, { status: "cancelled" });
  const { rootSpan } = traceOf(context({ run }), history(["step.planned", "p", { name: "plan" }]), null);
  expect(outline(rootSpan)).toEqual(["Run CANCELLED", "plan CANCELLED"]);
});

it("takes requests that broke as tries of the step that they were for", () => {
  const broke = (attempt: number): [HistoryRow["kind"], null, JsonObject] => [
    "request.failed",
    null,
    { attempt, final: false, error: { name: "E", message: "m" }, startedAt: T },
  ];
  const steps = [step("a", { attempts: 3 }), step("b", { ord: 1 })];
  const { rootSpan } = traceOf(
    context({ steps }),
    history(
      broke(0),
      ["step.retrying", "a", { attempt: 1, error: { name: "E", message: "m" } }],
      ["step.completed", "a", { attempt: 2 }],
      ["step.completed", "b", { attempt: 0 }],
      broke(0),
    ),
    null,
  );
  expect(outline(rootSpan)).toEqual([
    "Run COMPLETED",
    ["name of a COMPLETED", "Attempt 0 FAILED", "Attempt 1 FAILED", "Attempt 2 COMPLETED"],
    "name of b COMPLETED",
    ["Finalization COMPLETED", "Attempt 0 FAILED", "Attempt 1 COMPLETED"],
  ]);
});

it("shows the steps that a rerun took over, though they have no history of their own", () => {
  const steps = [step("old"), step("new", { ord: 1 })];
  const { rootSpan } = traceOf(context({ steps }), history(["step.completed", "new", { attempt: 0 }]), {
    output: { data: 1 },
    inputs: new Map(),
  });
  expect(outline(rootSpan)).toEqual([
    "Run COMPLETED",
    "name of old COMPLETED",
    "name of new COMPLETED",
    "Finalization COMPLETED",
  ]);
  expect(rootSpan.children[0]?.output).toEqual({ data: 1 });
});

it("keeps what failed outside steps of a run that was cancelled", () => {
  const run = aRun(RUN, { status: "cancelled" });
  const failed: [HistoryRow["kind"], null, JsonObject] = [
    "request.failed",
    null,
    { attempt: 0, final: false },
  ];
  const { rootSpan } = traceOf(context({ run }), history(failed), null);
  expect(outline(rootSpan)).toEqual(["Run CANCELLED", "Attempt 0 FAILED"]);
});

it("gives the same ids each time it is asked", () => {
  const rows = history(["step.retrying", "a", { attempt: 0 }], ["step.completed", "a", { attempt: 1 }]);
  const found = context({ steps: [step("a", { attempts: 2 })] });
  const ids = ({ id, children }: Span): string[] => [id, ...children.flatMap(ids)];
  const first = ids(traceOf(found, rows, null).rootSpan);
  expect(ids(traceOf(found, rows, null).rootSpan)).toEqual(first);
  expect(new Set(first).size).toBe(first.length);
});
