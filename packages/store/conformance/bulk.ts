/** Bulk jobs and their items. */
import type { BulkItemRow, BulkJobRow } from "@stepwell/core";
import { expect, test } from "vitest";
import { fresh, NOW, type OpenStore, see, write } from "./sample-rows.ts";

const job = (id: string, over: Partial<BulkJobRow> = {}): BulkJobRow => ({
  id,
  action: "cancel",
  status: "undoable",
  filter: "status:queued",
  rate: 50,
  total: 3,
  done: 0,
  skipped: 0,
  failed: 0,
  errors: [],
  createdBy: "ada",
  createdAt: NOW,
  startsAt: NOW + 10,
  endedAt: null,
  ...over,
});

const item = (jobId: string, ord: number, over: Partial<BulkItemRow> = {}): BulkItemRow => ({
  jobId,
  ord,
  runId: `r${ord}`,
  outcome: "waiting",
  newRunId: null,
  ...over,
});

export function bulkSuite(open: OpenStore): void {
  test("jobs: one, pages with the newest first, and those that are not over, oldest first", async () => {
    const store = await fresh(open);
    const rows = [
      job("j1", { status: "done", endedAt: NOW, errors: [{ runId: "r1", message: "gone" }] }),
      job("j2", { status: "running", filter: null }),
      job("j3"),
    ];
    await write(store, ...rows.map((row) => ({ insert: "bulkJobs", row }) as const));
    expect(await store.read.bulkJob("j1")).toEqual(rows[0]);
    expect(await store.read.bulkJob("j9")).toBeNull();
    const first = await store.read.bulkJobs({ limit: 2 });
    expect(first).toEqual({ rows: [rows[2], rows[1]], cursor: "j2" });
    expect(await store.read.bulkJobs({ limit: 2, cursor: "j2" })).toEqual({ rows: [rows[0]], cursor: null });
    expect(await store.read.openBulkJobs()).toEqual([rows[1], rows[2]]);
    await write(store, { update: "bulkJobs", key: { id: "j2" }, set: { status: "done", endedAt: NOW } });
    expect((await store.read.openBulkJobs()).map(({ id }) => id)).toEqual(["j3"]);
  });

  test("a commit sees a job and the first of its items that wait", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "bulkJobs", row: job("j1") },
      { insert: "bulkItems", row: item("j1", 10) },
      { insert: "bulkItems", row: item("j1", 2) },
      { insert: "bulkItems", row: item("j1", 0) },
      { insert: "bulkItems", row: item("j1", 1, { outcome: "skipped" }) },
      { insert: "bulkItems", row: item("j2", 3) },
    );
    expect(await see(store, { bulkJob: { id: "j1", most: 2 } })).toEqual({
      bulkJob: { job: job("j1"), waiting: [item("j1", 0), item("j1", 2)] },
    });
    const done = { outcome: "done", newRunId: "r99" } as const;
    await write(store, { update: "bulkItems", key: { jobId: "j1", ord: 0 }, set: done });
    const { bulkJob } = await see(store, { bulkJob: { id: "j1", most: 9 } });
    expect(bulkJob?.waiting.map(({ ord }) => ord)).toEqual([2, 10]);
    expect((await see(store, { bulkJob: { id: "none", most: 9 } })).bulkJob).toBeNull();
  });

  test("two commits on one job do not see the same items", async () => {
    const store = await fresh(open);
    const items = Array.from(
      { length: 6 },
      (_, ord) => ({ insert: "bulkItems", row: item("j1", ord) }) as const,
    );
    await write(store, { insert: "bulkJobs", row: job("j1") }, ...items);
    const take = () =>
      store.commit({ bulkJob: { id: "j1", most: 2 } }, NOW, ({ bulkJob }) => ({
        write: (bulkJob?.waiting ?? []).map(({ jobId, ord }) => ({
          update: "bulkItems",
          key: { jobId, ord },
          set: { outcome: "done" },
        })),
        reply: bulkJob?.waiting.map(({ ord }) => ord) ?? [],
      }));
    const taken = await Promise.all([take(), take(), take(), take()]);
    expect(taken.flat().sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
}
