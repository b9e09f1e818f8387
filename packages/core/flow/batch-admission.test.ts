/** Batches through the gates: collected, started when full or over, skipped as a whole (semantics §6.7, §6.1). */
import { describe, expect, test } from "vitest";
import type { FunctionConfig, FunctionMode } from "../model/function.ts";
import type { GateCellRow } from "../model/queue.ts";
import { momentAt, NOW } from "../run/fixtures/samples.ts";
import { type Admission, admit, flushBatch } from "./admission.ts";
import {
  admissionSeen,
  candidateFor,
  eventOf,
  functionOf,
  inserted,
  keptCells,
} from "./fixtures/gate-samples.ts";
import { type BatchState, batchState } from "./gates/batch.ts";

const cell = "batch:F::";
const batched: Partial<FunctionConfig> = {
  batch: { maxSize: 3, timeoutMs: 5000 },
  concurrency: [{ limit: 1, key: "event.data.id", scope: "fn" }],
  throttle: { limit: 1, periodMs: 5000, burst: 0, key: "event.data.id" },
  timeouts: { startMs: 1000 },
};

/** One key's events in commits of their own. */
function createFunction(config: Partial<FunctionConfig> = batched, mode: FunctionMode = "active") {
  const gates = new Map<string, GateCellRow>();
  const moment = momentAt();
  return {
    gates,
    add(eventId: string, id: string): Admission {
      const candidate = candidateFor(functionOf(config, { mode }), eventOf({ id }), {
        eventId,
        onceKey: "once",
      });
      return admit(candidate, admissionSeen({ gates }), () => id, moment);
    },
    state: () => batchState(gates.get(cell)) as BatchState,
  };
}

test("an event is collected: a cell, and one wake at the end of the batch's time", () => {
  const fn = createFunction();
  const first = fn.add("E1", "a");
  expect(first.outcome).toEqual({ is: "batched" });
  expect(first.write).toHaveLength(3);
  expect(inserted(first.write, "outcomes")).toMatchObject([
    { eventId: "E1", outcome: "batched", leader: "E1", runId: null, detail: { until: NOW + 5000 } },
  ]);
  expect(inserted(first.write, "wakes")).toMatchObject([
    {
      job: { kind: "batch", functionId: "F", key: cell, batchId: fn.state().batchId },
      runId: null,
      lane: null,
      dueAt: NOW + 5000,
    },
  ]);
  const second = fn.add("E2", "b");
  expect(second.outcome).toEqual({ is: "batched" });
  expect(inserted(second.write, "wakes")).toEqual([]);
  expect(fn.state().bytes).toBeGreaterThan(2 * '{"data":{"id":"a"}}'.length - 1);
});

test("the event that fills it starts one run with all of them, in order of coming, and the cell goes", () => {
  const fn = createFunction();
  fn.add("E1", "a");
  const { batchId, bytes } = fn.state();
  fn.add("E2", "b");
  const { write, outcome } = fn.add("E3", "c");
  expect(outcome.is).toBe("started");
  expect(inserted(write, "runs")).toMatchObject([
    { batchId, eventId: "E1", eventIds: ["E1", "E2", "E3"], eventName: "t/e", status: "queued" },
  ]);
  expect(write).toContainEqual({ remove: "gateCells", key: { key: cell } });
  expect(keptCells(write)).toEqual([]);
  expect(fn.gates.has(cell)).toBe(false);
  expect(inserted(write, "runStates")[0]?.state.bytes).toBeGreaterThan(2 * bytes);
});

test("concurrency and throttle keys are those of the first event (semantics §6.1)", () => {
  const fn = createFunction();
  for (const [event, id] of [
    ["E1", "a"],
    ["E2", "b"],
  ] as const)
    fn.add(event, id);
  const { write } = fn.add("E3", "c");
  const [nudge] = inserted(write, "nudges");
  expect(nudge?.cells).toEqual(['["F","event.data.id","a"]', 'throttle:["F","event.data.id","a"]']);
  expect(inserted(write, "runStates")[0]?.state.cells).toEqual(['["F","event.data.id","a"]']);
});

test("a batch's run has no start deadline (semantics §6.1)", () => {
  const fn = createFunction();
  for (const id of ["a", "b"]) fn.add(id, id);
  expect(inserted(fn.add("c", "c").write, "wakes").map(({ job }) => job.kind)).toEqual(["call"]);
});

test("an event that comes when it is full opens the next one", () => {
  const fn = createFunction();
  for (const id of ["a", "b", "c"]) fn.add(id, id);
  const next = fn.add("d", "d");
  expect(next.outcome).toEqual({ is: "batched" });
  expect(inserted(next.write, "wakes")).toHaveLength(1);
  expect(fn.state().events).toEqual(["d"]);
});

test("I-10 · user ids are not looked at: a key that is taken keeps no event out of a batch", () => {
  const fn = createFunction();
  fn.gates.set("once", { key: "once", state: { v: 1, runId: "OLD" }, expiresAt: null });
  fn.add("E1", "a");
  fn.add("E2", "a");
  expect(fn.state().events).toEqual(["E1", "E2"]);
  expect(fn.add("E3", "a").outcome.is).toBe("started");
});

describe("a batch that is over", () => {
  const state: BatchState = {
    v: 1,
    batchId: "B",
    events: ["E1", "E2"],
    bytes: 40,
    flushAt: NOW,
    first: { name: "t/first", cells: ["c"], startCells: ["s"] },
    parents: [],
  };

  test("starts a run with what there is", () => {
    const { write, outcome } = flushBatch(functionOf(batched), cell, state, momentAt());
    expect(outcome.is).toBe("started");
    expect(inserted(write, "runs")).toMatchObject([
      { batchId: "B", eventIds: ["E1", "E2"], eventName: "t/first", queuedAt: NOW, cron: null },
    ]);
    expect(inserted(write, "nudges")).toMatchObject([{ cells: ["c", "s"], score: NOW }]);
    expect(write).toContainEqual({ remove: "gateCells", key: { key: cell } });
  });

  test.each([
    ["paused", "FunctionPaused"],
    ["drained", "FunctionDrained"],
  ] as const)("of a %s function: one skipped row for all of it, and the cell goes", (mode, reason) => {
    const { write, outcome } = flushBatch(functionOf(batched, { mode }), cell, state, momentAt());
    expect(outcome).toMatchObject({ is: "skipped", reason });
    expect(inserted(write, "runs")).toMatchObject([
      { status: "skipped", eventIds: ["E1", "E2"], batchId: "B" },
    ]);
    expect(inserted(write, "nudges")).toEqual([]);
    expect(write).toContainEqual({ remove: "gateCells", key: { key: cell } });
  });
});
