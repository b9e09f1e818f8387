import type { FunctionRun, Span, StepInfo } from "@stepwell/api";
import { expect, it } from "vitest";
import { runText } from "./run.ts";

const now = new Date(2026, 10, 24, 12);
const at = (seconds: number): string => new Date(now.getTime() + seconds * 1_000).toISOString();
const RUN = "01K7Z3N5Q8V2X4Y6A1B3C5D7E9";

const run: FunctionRun = {
  id: RUN,
  app: { id: "a", name: "shop" },
  function: { id: "f", name: "Order", slug: "shop-order" },
  status: "RUNNING",
  trigger: { eventName: "shop/order", eventIds: ["E1"], batchId: null, isBatch: false, cronSchedule: null },
  queuedAt: at(0),
  startedAt: at(0),
  endedAt: null,
  durationMs: null,
  originalRunId: null,
};

function span(name: string, more: Partial<Span>): Span {
  return {
    id: name,
    name,
    stepId: name,
    stepOp: null,
    status: "WAITING",
    queuedAt: at(0),
    startedAt: at(1),
    endedAt: null,
    durationMs: null,
    attemptCount: null,
    attempts: null,
    stepInfo: null,
    metadata: [],
    children: [],
    ...more,
  };
}

/** The lines of the steps, without colours. */
function lines(...children: Span[]): string[] {
  const text = runText(run, { runId: RUN, rootSpan: span("Run", { children }) }, now);
  return text
    .replace(/\u001b\[[0-9;]*m/g, "")
    .split("\n")
    .slice(2);
}

const paid = { eventName: "shop/paid", timeout: at(60), foundEventID: null, timedOut: null };
const child = {
  triggeringEventID: "E7",
  functionID: "shop-ship",
  timeout: at(60),
  returnEventID: null,
  runID: null,
  timedOut: null,
};
const over: Partial<Span> = { status: "COMPLETED", endedAt: at(3), durationMs: 2_000 };

it.each<[string, StepInfo, Partial<Span>, string]>([
  ["a sleep", { sleepUntil: at(60) }, {}, "◷ s  sleeps until 12:01:00.000  12:00:01.000"],
  [
    "a wait",
    { ...paid, expression: "async.data.id ==\n  '7'" },
    {},
    "◷ s  waits for event shop/paid if async.data.id == '7' until 12:01:00.000  12:00:01.000",
  ],
  [
    "a wait that is over",
    { ...paid, expression: null, foundEventID: "E9", timedOut: false },
    over,
    "✓ s  waited for event shop/paid  got E9  12:00:01.000  2.00 s",
  ],
  [
    "a wait that timed out",
    { ...paid, expression: null, timedOut: true },
    over,
    "✓ s  waited for event shop/paid  timed out  12:00:01.000  2.00 s",
  ],
  [
    "a signal",
    { signal: "go", timeout: at(60), timedOut: null },
    {},
    "◷ s  waits for signal go until 12:01:00.000  12:00:01.000",
  ],
  [
    "an invoke before its child",
    child,
    {},
    "◷ s  waits for a run of function shop-ship until 12:01:00.000  12:00:01.000",
  ],
  [
    "an invoke whose child runs",
    { ...child, runID: "R2" },
    {},
    "◷ s  waits for run R2 until 12:01:00.000  12:00:01.000",
  ],
  [
    "an invoke that timed out",
    { ...child, runID: "R2", timedOut: true },
    { ...over, status: "FAILED", output: { error: { name: "InngestInvokeTimeoutError", message: "late" } } },
    "✗ s  waited for run R2  timed out  12:00:01.000  2.00 s  InngestInvokeTimeoutError: late",
  ],
])("shows %s with what it waits for", (_what, stepInfo, more, line) => {
  expect(lines(span("s", { ...more, stepInfo }))).toEqual([`  └─ ${line}`]);
});

it("cuts a long condition to one short line", () => {
  const info = { ...paid, expression: "async.data.x == 1 && ".repeat(20) };
  const [line = ""] = lines(span("s", { stepInfo: info }));
  expect(line).toContain("…");
  expect(line.length).toBeLessThan(200);
});

it("counts one attempt as one", () => {
  const first = span("Attempt 0", { status: "FAILED", endedAt: at(2), output: { error: { message: "no" } } });
  const shown = lines(span("s", { attemptCount: 1, attempts: 0, children: [first] }));
  expect(shown[0]).toContain("1 attempt  ");
  expect(shown[1]).toContain("✗ Attempt 0");
  expect(shown[1]).toContain("Error: no");
});
