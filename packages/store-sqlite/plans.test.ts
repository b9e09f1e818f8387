/** Hot statements find their rows by an index, in an empty file as in a full one: no plan has a full scan. */
import type { EventFilter, ListPlace, RunFilter } from "@stepwell/store";
import { expect, test } from "vitest";
import { openConnection } from "./driver.ts";
import { migrate } from "./migrations/index.ts";
import { accessSql } from "./reads/access.ts";
import { bulkSql } from "./reads/bulk.ts";
import { eventReadSql, eventsStatement } from "./reads/events.ts";
import { queueSql } from "./reads/queue.ts";
import { countStatement, placeSql, runPageSql, runsStatement } from "./reads/run-pages.ts";
import { runReadSql } from "./reads/runs.ts";
import { statisticSql } from "./reads/statistics.ts";
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
const scans = (sql: string) =>
  plan(sql).filter((line) =>
    /^SCAN (?!found|named|newest|page|branch|\w+ VIRTUAL TABLE|\(subquery)/.test(line),
  );
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

const { users: _users, apiKeys: _apiKeys, ...accessOf } = accessSql;
const { ofFunctions, ...statistics } = statisticSql;
const { open, ...ofBulk } = bulkSql;
const { backlog, ...ofRuns } = runPageSql;
const ofDashboard = { ...accessOf, ...ofBulk, ...statistics, ...ofRuns, ...placeSql };
test.each(Object.entries(ofDashboard))("no scan and no sort for the dashboard: %s", (_, sql) => {
  expect(scans(sql)).toEqual([]);
  expect(sorts(sql)).toEqual([]);
});
test("no scan for the statistics of some functions", () => {
  expect(scans(ofFunctions)).toEqual([]);
});
test("the queue is counted by function in an index; functions, some hundreds, are read whole and sorted", () => {
  expect(scans(backlog)).toEqual([expect.stringMatching(/^SCAN f\b/)]);
  const inIndex = plan(backlog).filter((line) => line.includes(" INDEX runs_"));
  expect(inIndex).toHaveLength(2);
  for (const line of inIndex)
    expect(line).toMatch(/^SEARCH n USING COVERING INDEX runs_function \(function_id=\? AND status=\?/);
});
test("jobs that are not over have an index of their own, which is all of them", () => {
  expect(plan(open)).toEqual(["SCAN bulk_jobs USING INDEX bulk_jobs_open"]);
});
test("users and keys, of which there are tens, are the only tables that are read whole", () => {
  for (const sql of [accessSql.users, accessSql.apiKeys]) expect(scans(sql)).toHaveLength(1);
});

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

const places: (ListPlace | null)[] = [null, { at: 5, seq: 5 }];
const runFilters: Omit<RunFilter, "limit">[] = [
  {},
  { order: "asc", from: 1 },
  { status: ["completed"] },
  { status: ["running", "queued"], until: 9 },
  { functionIds: ["f"] },
  { functionIds: ["f", "g"], status: ["failed"], order: "asc" },
  { functionIds: ["f", "g"], from: 1, until: 9 },
  { timeField: "startedAt" },
  { timeField: "endedAt", status: ["failed"], functionIds: ["f"] },
];
const asked = runFilters.flatMap((filter) => places.map((place) => [filter, place] as const));
test.each(asked)("a page of runs enters an index where it begins: %j after %j", (filter, place) => {
  const { sql } = runsStatement(filter, filter.functionIds, place);
  expect(scans(sql)).toEqual([]);
  expect(sorts(sql)).toEqual([]);
  const ofRuns = plan(sql).filter((line) => line.includes(" INDEX runs_"));
  // Once for the heads of the ranges and once for what follows them; or for all of the list.
  expect(ofRuns).toHaveLength(
    filter.timeField === undefined &&
      Object.keys(filter).length > 0 &&
      !("order" in filter && !filter.functionIds)
      ? 2
      : 1,
  );
  for (const line of ofRuns) expect(line).toMatch(/^SEARCH .* INDEX runs_.*_at[<>]\?/);
});

test.each(runFilters)("runs are counted in an index: %j", (filter) => {
  const { sql } = countStatement(filter, filter.functionIds);
  expect(scans(sql)).toEqual([]);
  expect(sorts(sql)).toEqual([]);
  const isWalk = filter.timeField === "endedAt";
  const ofRuns = plan(sql).filter((line) => line.includes(" INDEX runs_"));
  for (const line of ofRuns)
    expect(line).toMatch(
      isWalk ? /^SEARCH runs USING INDEX runs_/ : /^SEARCH .* USING COVERING INDEX runs_.*_at>\?/,
    );
  expect(ofRuns).toHaveLength(1);
});

const eventFilters: Omit<EventFilter, "limit">[] = [
  {},
  { includeInternal: true },
  { name: "n" },
  { name: "n", includeInternal: true },
  { name: "n", afterSeq: 1, includeInternal: true },
];
test.each(eventFilters)("a page of events enters an index where it begins: %j", (filter) => {
  const { sql } = eventsStatement(filter, { start: { at: 5, seq: 5 }, bound: 1 });
  expect(scans(sql)).toEqual([]);
  expect(sorts(sql)).toEqual([]);
  const ofEvents = plan(sql).filter((line) => line.includes(" INDEX events_"));
  expect(ofEvents).toHaveLength(filter.includeInternal === true ? 2 : 1);
  for (const line of ofEvents)
    expect(line).toMatch(
      / COVERING INDEX events_(?:name \(name=\? AND |received \()internal=\? AND .*received_at/,
    );
});
