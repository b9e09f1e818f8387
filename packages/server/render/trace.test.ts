import type { Span } from "@stepwell/api";
import { traceSchema } from "@stepwell/api";
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
    { output: { data: 3 } },
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
      ["step.retrying", "a", { attempt: 0, name: "name of a", error }],
      ["step.completed", "a", { attempt: 1 }],
    ),
    null,
  );
  expect(outline(rootSpan)).toEqual([
    "Run COMPLETED",
    ["name of a COMPLETED", "Attempt 0 FAILED", "Attempt 1 COMPLETED"],
    "Finalization COMPLETED",
  ]);
  expect(rootSpan.children[0]).toMatchObject({ attemptCount: 2, attempts: 1 });
  expect(rootSpan.children[0]?.children[0]).toMatchObject({ output: { error }, startedAt: null });
  expect(rootSpan.output).toBeUndefined();
});

it("shows a sleep that goes on, with its end and without an output", () => {
  const run = aRun(RUN, { status: "running", endedAt: null });
  const { rootSpan } = traceOf(
    context({ run }),
    history(["step.sleeping", "s", { name: "nap", until: NOW }]),
    { output: null },
  );
  expect(outline(rootSpan)).toEqual(["Run RUNNING", "nap WAITING"]);
  expect(rootSpan.children[0]).toMatchObject({
    stepOp: "SLEEP",
    stepInfo: { sleepUntil: "2026-11-24T12:00:00.000Z" },
    attemptCount: null,
  });
  expect(rootSpan.children[0]?.output).toBeUndefined();
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
