import { expect, test } from "vitest";
import { barsOf, parkedTimes } from "./bars.ts";
import { anAttempt, aRun, aStep, T0 } from "./fixtures.ts";
import type { Span } from "./spans.ts";

/** Like `running 10-20`, in milliseconds after T0; `…` for an open end. */
const drawn = (span: Span) =>
  barsOf(span).map(({ kind, from, to }) => `${kind} ${from - T0}-${to === null ? "…" : to - T0}`);

test("a step that ran is queued, then running; its end is open while it runs", () => {
  expect(drawn(aStep("a", { queued: 0, started: 10, ended: 30 }))).toEqual(["queued 0-10", "running 10-30"]);
  expect(drawn(aStep("a", { queued: 0, started: 10 }))).toEqual(["queued 0-10", "running 10-…"]);
  expect(drawn(aStep("a", { queued: 0 }, { status: "QUEUED" }))).toEqual(["queued 0-…"]);
});

test("a step that waits is parked", () => {
  const nap = { stepOp: "SLEEP", status: "WAITING" } as const;
  expect(drawn(aStep("nap", { queued: 0, started: 0 }, nap))).toEqual(["parked 0-…"]);
  expect(drawn(aStep("nap", { queued: 0, started: 0, ended: 50 }, { stepOp: "WAIT_FOR_EVENT" }))).toEqual([
    "parked 0-50",
  ]);
});

test("a time that is null is never guessed: what is known is a mark", () => {
  expect(drawn(aStep("a", { queued: 0, ended: 30 }))).toEqual(["mark 30-30"]);
  expect(drawn(aStep("a", { started: 5 }, { status: "CANCELLED" }))).toEqual(["mark 5-5"]);
  expect(drawn(aStep("a", {}, { status: "COMPLETED" }))).toEqual([]);
});

test("each try has its bar, with a dotted line up to the next, and to now while a retry is to come", () => {
  const tries = [
    anAttempt("a", 0, { started: 10, ended: 20 }, { status: "FAILED" }),
    anAttempt("a", 1, { started: 60, ended: 70 }),
  ];
  expect(drawn(aStep("a", { queued: 0, started: 60, ended: 70 }, { children: tries }))).toEqual([
    "queued 0-10",
    "running 10-20",
    "gap 20-60",
    "running 60-70",
  ]);
  const waiting = aStep("a", { queued: 0 }, { status: "WAITING", children: tries.slice(0, 1) });
  expect(drawn(waiting)).toEqual(["queued 0-10", "running 10-20", "gap 20-…"]);
});

test("a try whose start is unknown is a mark at its end, and no line is drawn over it", () => {
  const tries = [
    anAttempt("a", 0, { ended: 20 }, { status: "FAILED" }),
    anAttempt("a", 1, { started: 60, ended: 70 }),
  ];
  expect(drawn(aStep("a", {}, { status: "COMPLETED", children: tries }))).toEqual([
    "mark 20-20",
    "gap 20-60",
    "running 60-70",
  ]);
});

test("the run is parked where nothing but sleeps, waits and retries was going on", () => {
  const run = aRun({ queued: 0, started: 10, ended: 500 }, [
    aStep("nap", { started: 20, ended: 400 }, { stepOp: "SLEEP" }),
    aStep("work", { queued: 100, started: 100, ended: 200 }),
    aStep("last", { started: 410, ended: 480 }),
  ]);
  expect(drawn(run)).toEqual([
    "queued 0-10",
    "running 10-20",
    "parked 20-100",
    "running 100-200",
    "parked 200-400",
    "running 400-500",
  ]);
});

test("a run that sleeps now is parked until now", () => {
  const nap = aStep("nap", { started: 20 }, { stepOp: "SLEEP", status: "WAITING" });
  const run = aRun({ queued: 0, started: 0 }, [nap]);
  expect(drawn(run)).toEqual(["running 0-20", "parked 20-…"]);
  expect(parkedTimes(run)).toEqual([{ from: T0 + 20, to: null }]);
});

test("a step that is at work beside a sleep keeps the run at work", () => {
  const nap = aStep("nap", { started: 20 }, { stepOp: "SLEEP", status: "WAITING" });
  const run = aRun({ queued: 0, started: 0 }, [nap, aStep("work", { started: 30 })]);
  expect(drawn(run)).toEqual(["running 0-20", "parked 20-30", "running 30-…"]);
});

test("a run that was cancelled in the queue was queued all of its time", () => {
  expect(drawn(aRun({ queued: 0, ended: 500 }, [], { status: "CANCELLED" }))).toEqual(["queued 0-500"]);
});
