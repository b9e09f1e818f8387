/** Hot statements find their rows by an index, in an empty file as in a full one: no plan has a full scan. */
import type { EventFilter, RunFilter } from "@stepwell/store";
import { expect, test } from "vitest";
import { openConnection } from "./driver.ts";
import { migrate } from "./migrations/index.ts";
import { eventReadSql, eventsStatement } from "./reads/events.ts";
import { queueSql } from "./reads/queue.ts";
import { runReadSql, runsStatement } from "./reads/runs.ts";
import { tickSql } from "./reads/ticks.ts";
import { waitingSql } from "./reads/waiting.ts";
import { poolSql } from "./slices/pool.ts";
import { runSql } from "./slices/run.ts";
import { singleSql } from "./slices/single.ts";
import { waitsSql } from "./slices/waits.ts";

const db = openConnection(":memory:", { timeoutMs: 0 });
migrate(db);

function plan(sql: string): string[] {
  const marks = sql.match(/\?\d*/g) ?? [];
  const count = marks.some((mark) => mark.length > 1) ? new Set(marks).size : marks.length;
  return db.all(`explain query plan ${sql}`, ...Array(count).fill(1)).map((row) => String(row["detail"]));
}

/** Scans of anything but a result so far. */
const scans = (sql: string) => plan(sql).filter((line) => /^SCAN (?!found|named|\(subquery)/.test(line));
const sorts = (sql: string) => plan(sql).filter((line) => line.startsWith("USE TEMP B-TREE"));

const hot = Object.entries({
  ...poolSql,
  ...queueSql,
  ...runSql,
  ...singleSql,
  ...waitsSql,
  ...tickSql,
  ...waitingSql,
});
test.each(hot)("no scan: %s", (_, sql) => {
  expect(scans(sql)).toEqual([]);
});
test.each(Object.entries({ ...poolSql, ...waitsSql, ...tickSql, due: queueSql.due }))(
  "no sort: %s",
  (_, sql) => {
    expect(sorts(sql)).toEqual([]);
  },
);
test.each(Object.entries({ ...runReadSql, ...eventReadSql }))(
  "no scan for one run or event: %s",
  (_, sql) => {
    expect(scans(sql)).toEqual([]);
  },
);

const changes = [
  "delete from wakes where id = ?",
  "delete from nudges where id = ?",
  "delete from leases where id = ?",
  "delete from waits where run_id = ?",
  "update leases set freed = ? where id = ?",
  "select key from gate_cells where expires_at <= ? limit 5000",
];
test.each(changes)("no scan: %s", (sql) => {
  expect(scans(sql)).toEqual([]);
});

const runFilters: Omit<RunFilter, "limit">[] = [
  {},
  { order: "asc" },
  { status: ["completed"] },
  { status: ["running", "queued"] },
  { functionIds: ["f"] },
  { functionIds: ["f", "g"], status: ["failed"] },
  { appIds: ["a"] },
  { timeField: "startedAt" },
  { timeField: "endedAt", status: ["failed"], functionIds: ["f"] },
];
test.each(runFilters)("a page of runs is read in index order, from the cursor on: %j", (filter) => {
  const { sql } = runsStatement({ ...filter, limit: 5 });
  expect(sorts(sql)).toEqual([]);
  expect(plan(sql)[0]).toMatch(/ USING INDEX runs_/);
  const next = runsStatement({ ...filter, limit: 5, cursor: "r" });
  expect(sorts(next.sql)).toEqual([]);
  expect(plan(next.sql)[0]).toMatch(/^SEARCH runs USING INDEX runs_.*_at[<>]\?/);
});

const eventFilters: Omit<EventFilter, "limit">[] = [
  {},
  { includeInternal: true },
  { name: "n" },
  { receivedAfter: 1 },
  { name: "n", receivedAfter: 1, receivedBefore: 9 },
  { name: "n", receivedAfter: 1, afterSeq: 1, includeInternal: true },
];
test.each(eventFilters)("a page of events is read in index order, from the cursor on: %j", (filter) => {
  const { sql } = eventsStatement({ ...filter, limit: 5 });
  expect(sorts(sql)).toEqual([]);
  expect(plan(sql)[0]).toMatch(/ USING INDEX events_/);
  const next = eventsStatement({ ...filter, limit: 5, cursor: "e" });
  expect(sorts(next.sql)).toEqual([]);
  expect(plan(next.sql)[0]).toMatch(/^SEARCH e USING INDEX events_.*received_at</);
});
