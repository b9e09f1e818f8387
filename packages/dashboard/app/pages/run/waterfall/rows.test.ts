import { expect, test } from "vitest";
import { anAttempt, aRun, aSpan, aStep, manySteps, T0 } from "./fixtures.ts";
import { findInTrace, openedTo, rowsOf } from "./rows.ts";
import { failedSpans, kindOf, type Span, stepHashOf, titleOf } from "./spans.ts";
import { collapsesByDefault, extentOf, idleGaps } from "./time-scale.ts";

const none = new Map<string, boolean>();
const names = (root: Span, toggled = none, onlyFailed = false) =>
  rowsOf(root, { toggled, onlyFailed }).map(({ span, level }) => `${level} ${titleOf(span)}`);

const tried = aStep(
  "charge",
  { started: 0, ended: 9 },
  { status: "FAILED", children: [anAttempt("charge", 0, { ended: 1 }, { status: "FAILED" })] },
);
const run = aRun({ queued: 0, started: 0, ended: 9 }, [
  aStep("load", { started: 0, ended: 1 }),
  tried,
  aSpan("R.final", { ended: 9 }, { name: "Finalization" }),
]);

test("rows are the tree, with what a treegrid needs to count", () => {
  expect(names(run)).toEqual(["1 Run", "2 load", "2 charge", "3 Attempt 1", "2 Finalization"]);
  const rows = rowsOf(run, { toggled: none, onlyFailed: false });
  expect(rows.map(({ position, siblings }) => `${position}/${siblings}`)).toEqual([
    "1/1",
    "1/3",
    "2/3",
    "1/1",
    "3/3",
  ]);
  expect(rows.map(({ open }) => open)).toEqual([true, null, true, null, null]);
  expect(rows.map(({ kind }) => kind)).toEqual(["run", "step", "step", "attempt", "finalization"]);
});

test("a row can be closed, and is opened for what is sought in it", () => {
  const closed = new Map([["R.charge", false]]);
  expect(names(run, closed)).not.toContain("3 Attempt 1");
  expect(names(run, openedTo(run, "R.charge.attempt-0", closed))).toContain("3 Attempt 1");
});

test("steps that a rerun took over are marked, and stretch no axis", () => {
  const rerun = aRun({ queued: 500_000, started: 500_010, ended: 500_100 }, [
    aStep("load", { started: 0, ended: 1 }, { children: [anAttempt("load", 0, { ended: 1 })] }),
    aStep("charge", { started: 500_020, ended: 500_090 }),
  ]);
  const rows = rowsOf(rerun, { toggled: none, onlyFailed: false });
  expect(rows.map(({ kept }) => kept)).toEqual([false, true, true, false]);
  expect(extentOf(rerun, 0)).toEqual({ from: T0 + 500_000, to: T0 + 500_100 });
  expect(collapsesByDefault(extentOf(rerun, 0), idleGaps(rerun, 0))).toBe(false);
});

test("only what failed is left, with what it lies in", () => {
  expect(names(run, none, true)).toEqual(["1 Run", "2 charge", "3 Attempt 1"]);
  expect(failedSpans(run).map(({ name }) => name)).toEqual(["charge"]);
});

test("10,000 rows are made in little time, and steps that went well begin closed", () => {
  const big = manySteps(10_000);
  const from = performance.now();
  expect(rowsOf(big, { toggled: none, onlyFailed: false })).toHaveLength(10_001);
  const opened = new Map(big.children.map((span) => [span.id, true]));
  expect(rowsOf(big, { toggled: opened, onlyFailed: false })).toHaveLength(40_001);
  expect(findInTrace(big, "S9999")).toEqual(["R.s9999"]);
  expect(performance.now() - from).toBeLessThan(2_000);
});

test.each([
  "<img src=x onerror=alert(1)>",
  "שלום עולם",
  "__proto__",
  "a".repeat(256),
  "\u202Eevil",
  "x.final",
  "",
])("a step may be called %j", (name) => {
  const step = aSpan("R.0123abcd", { started: 0, ended: 1 }, { name, stepId: name, stepOp: "RUN" });
  const root = aRun({ queued: 0, started: 0, ended: 1 }, [step]);
  expect(kindOf(step)).toBe("step");
  expect(stepHashOf(step)).toBe("0123abcd");
  expect(rowsOf(root, { toggled: new Map([["__proto__", false]]), onlyFailed: false })).toHaveLength(2);
  expect(findInTrace(root, name)).toEqual(name === "" ? [] : ["R.0123abcd"]);
  expect(titleOf(step)).toBe(name === "" ? "(no name)" : name);
});
