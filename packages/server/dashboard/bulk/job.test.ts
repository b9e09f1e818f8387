/** The rules of a bulk job, without a store. */
import type { BulkVerb } from "@stepwell/api/dashboard";
import type { BulkItemRow, BulkJobRow } from "@stepwell/core";
import { describe, expect, test } from "vitest";
import { actedOn, isRunning, marked, mayAct, newJob, UNDO_MS } from "./job.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const base = { id: "J", action: "cancel" as const, filter: null, rate: 10, createdBy: "ana" };
const job = (more: Partial<BulkJobRow> = {}): BulkJobRow => ({
  ...newJob(base, ["a", "b"], NOW).row,
  ...more,
});
const item = (ord: number): BulkItemRow => ({
  jobId: "J",
  ord,
  runId: `run-${ord}`,
  outcome: "waiting",
  newRunId: null,
});
const seen = (more: Partial<BulkJobRow>, ...waiting: number[]) => ({
  job: job(more),
  waiting: waiting.map(item),
});
const RUNNING = { status: "running" as const };

test("a new job is all of its rows, and nothing of it is done for ten seconds", () => {
  const { row, write } = newJob(base, ["a", "b"], NOW);
  expect(row).toMatchObject({ status: "undoable", total: 2, startsAt: NOW + UNDO_MS, endedAt: null });
  expect(write).toHaveLength(3);
  expect(isRunning(row, NOW + UNDO_MS - 1)).toBe(false);
  expect(isRunning(row, NOW + UNDO_MS)).toBe(true);
});

describe("mayAct", () => {
  const later = NOW + UNDO_MS;
  test.each<[string, ReturnType<typeof seen> | null, number, boolean]>([
    ["the first that waits", seen(RUNNING, 3, 4), later, true],
    ["one that is done already", seen(RUNNING, 4, 5), later, false],
    ["none is left", seen(RUNNING), later, false],
    ["the job is gone", null, later, false],
    ["it can still be undone", seen({}, 3), later - 1, false],
    ["the undo window is over", seen({}, 3), later, true],
    ["it is paused", seen({ status: "paused" }, 3), later, false],
    ["it was cancelled", seen({ status: "cancelled", endedAt: NOW }, 3), later, false],
    ["it was undone", seen({ status: "undone", endedAt: NOW }, 3), later, false],
  ])("%s", (_, given, now, expected) => {
    expect(mayAct(given, item(3), now)).toBe(expected);
  });
});

describe("marked", () => {
  test("counts with the item, begins with the first and ends with the last", () => {
    expect(marked(seen({}, 0, 1), item(0), { outcome: "done", newRunId: "n" }, NOW)).toEqual([
      { update: "bulkItems", key: { jobId: "J", ord: 0 }, set: { outcome: "done", newRunId: "n" } },
      { update: "bulkJobs", key: { id: "J" }, set: { status: "running", done: 1 } },
    ]);
    expect(marked(seen({ done: 1 }, 1), item(1), { outcome: "skipped" }, NOW)[1]).toEqual({
      update: "bulkJobs",
      key: { id: "J" },
      set: { status: "done", skipped: 1, endedAt: NOW },
    });
  });

  test("keeps the newest twenty errors, and none too long", () => {
    const errors = Array.from({ length: 20 }, (_, n) => ({ runId: `r${n}`, message: "m" }));
    const mark = { outcome: "failed" as const, message: "x".repeat(900) };
    const [, change] = marked(seen({ errors, failed: 20 }, 7, 8), item(7), mark, NOW);
    const set = (change as { set: Partial<BulkJobRow> }).set;
    expect(set.failed).toBe(21);
    expect(set.errors).toHaveLength(20);
    expect(set.errors?.[0]).toEqual({ runId: "run-7", message: "x".repeat(500) });
    expect(set.errors?.at(-1)).toEqual({ runId: "r18", message: "m" });
  });
});

describe("actedOn", () => {
  const ended = { endedAt: NOW };
  test.each<[BulkVerb, Partial<BulkJobRow>, Partial<BulkJobRow> | null | RegExp]>([
    ["undo", {}, { status: "undone", endedAt: NOW }],
    ["undo", { status: "paused" }, { status: "undone", endedAt: NOW }],
    ["undo", { status: "running", done: 1 }, /has begun: 1 of 2 runs are done.*Cancel it/],
    ["undo", { status: "paused", skipped: 1 }, /has begun/],
    ["undo", { status: "undone", ...ended }, null],
    ["undo", { status: "done", ...ended }, /has done all of its runs/],
    ["pause", {}, { status: "paused" }],
    ["pause", { status: "running", done: 1 }, { status: "paused" }],
    ["pause", { status: "paused" }, null],
    ["pause", { status: "cancelled", ...ended }, /was cancelled/],
    ["resume", { status: "paused" }, { status: "undoable" }],
    ["resume", { status: "paused", startsAt: NOW }, { status: "running" }],
    ["resume", { status: "running" }, null],
    ["resume", {}, null],
    ["resume", { status: "undone", ...ended }, /was undone/],
    ["cancel", {}, { status: "cancelled", endedAt: NOW }],
    ["cancel", { status: "paused", done: 1 }, { status: "cancelled", endedAt: NOW }],
    ["cancel", { status: "running" }, { status: "cancelled", endedAt: NOW }],
    ["cancel", { status: "cancelled", ...ended }, null],
    ["cancel", { status: "done", ...ended }, /has done all/],
  ])("%s of %j", (verb, more, expected) => {
    if (!(expected instanceof RegExp)) return expect(actedOn(job(more), verb, NOW)).toEqual(expected);
    const act = () => actedOn(job(more), verb, NOW);
    expect(act).toThrow(expected);
    expect(act).toThrow(expect.objectContaining({ code: "bulk_over" }));
  });
});
