import type { BulkJob } from "@stepwell/api/dashboard";
import { expect, test } from "vitest";
import { isOver, progressOf, targetOf, titleOf, verbsOf } from "./job-words.ts";

const job: BulkJob = {
  id: "J",
  action: "rerun",
  status: "running",
  q: "status:failed",
  rate: 10,
  total: 1200,
  done: 500,
  skipped: 80,
  failed: 20,
  errors: [],
  createdBy: "ana",
  createdAt: "2026-11-24T10:00:00.000Z",
  startsAt: "2026-11-24T10:00:10.000Z",
  endedAt: null,
};

test("progress counts all that was dealt with, and the rest at the job's rate", () => {
  expect(progressOf(job)).toEqual({ handled: 600, share: 0.5, leftMs: 60_000 });
  expect(progressOf({ ...job, status: "paused" }).leftMs).toBeNull();
  expect(progressOf({ ...job, total: 0, done: 0, skipped: 0, failed: 0 }).share).toBe(1);
});

test("words say what is done with how many, and by what they were found", () => {
  expect(titleOf(job)).toBe("Rerun 1,200 runs");
  expect(titleOf({ action: "cancel", total: 1 })).toBe("Cancel 1 run");
  expect([targetOf(job), targetOf({ q: "" }), targetOf({ q: null })]).toEqual([
    "status:failed",
    "All runs there were",
    "Runs that were chosen one by one",
  ]);
});

test("each status has its verbs; what is over has none", () => {
  expect(verbsOf({ status: "undoable" })).toEqual(["undo"]);
  expect(verbsOf({ status: "running" })).toEqual(["cancel", "pause"]);
  expect(verbsOf({ status: "paused" })).toEqual(["cancel", "resume"]);
  for (const status of ["done", "undone", "cancelled"] as const) {
    expect(isOver({ status })).toBe(true);
    expect(verbsOf({ status })).toEqual([]);
  }
});
