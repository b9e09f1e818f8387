/**
 * Hot statements find their rows by the index they are meant to, with whatever the planner believes: on
 * tables that were vacuumed while empty, and on queue tables full of dead rows that an old snapshot keeps.
 * STEPWELL_PLAN_ROWS=1000000 makes it a test of that many.
 */

import type { Change } from "@stepwell/core";
import { identityCodec } from "@stepwell/store";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { statementsOf } from "./batch-sql.ts";
import { inSchema } from "./driver.ts";
import { createDatabase } from "./fixtures/database.ts";
import { identity, queueTables, rowsOf, small } from "./fixtures/plan-rows.ts";
import { accessSql } from "./reads/access.ts";
import { bulkSql } from "./reads/bulk.ts";
import { eventReadSql, eventsStatement } from "./reads/events.ts";
import { PLANNING } from "./reads/index.ts";
import { queueSql } from "./reads/queue.ts";
import { countStatement, runPageSql, runsStatement } from "./reads/run-pages.ts";
import { runReadSql } from "./reads/runs.ts";
import { statisticSql } from "./reads/statistics.ts";
import { tickSql } from "./reads/ticks.ts";
import { waitingSql } from "./reads/waiting.ts";
import { poolSql } from "./slices/pool.ts";
import { runSql } from "./slices/run.ts";
import { singleSql } from "./slices/single.ts";
import { waitsSql } from "./slices/waits.ts";
import { encodeChanges, planBatches } from "./write.ts";

const ROWS = Number(process.env["STEPWELL_PLAN_ROWS"] ?? 50_000);
/** Filling takes most of it: eight tables have three indexes and more. */
const HOOK_MS = 300_000 * Math.max(1, ROWS / 250_000);
const schema = "plans";
const database = await createDatabase(inject("postgresUri"));
const client = new pg.Client({ connectionString: database.uri });
const pinned = new pg.Client({ connectionString: database.uri });
const run = (sql: string) => client.query(inSchema(schema, sql));

async function fill(table: string, count: number): Promise<void> {
  const rows = small.has(table) ? Math.min(count, 2000) : count;
  await run(
    `insert into {${table}} ${identity[table] ?? ""} ${rowsOf[table]} from generate_series(1, ${rows}) n`,
  );
}

beforeAll(async () => {
  const store = await database.open({ schema, listen: false });
  await store.migrate();
  await Promise.all([client.connect(), pinned.connect()]);
  for (const table of Object.keys(rowsOf)) {
    await run(`alter table {${table}} set (autovacuum_enabled = false)`);
    await run(`vacuum analyze {${table}}`);
  }
  await pinned.query("begin isolation level repeatable read");
  await pinned.query("select 1");
  for (const table of queueTables) {
    await fill(table, Math.min(ROWS, 20_000));
    await run(`delete from {${table}}`);
    await run(`vacuum analyze {${table}}`);
  }
  for (const table of Object.keys(rowsOf)) await fill(table, ROWS);
}, HOOK_MS);
afterAll(async () => {
  await Promise.all([client.end(), pinned.end()]);
  await database.remove();
});

interface Node {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  "Shared Hit Blocks"?: number;
  "Shared Read Blocks"?: number;
  Plans?: Node[];
}
const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

async function explained(explain: string, values: unknown[]): Promise<Node> {
  const { rows } = await client.query(explain, values);
  return rows[0]["QUERY PLAN"][0].Plan as Node;
}

/** Runs `work` in a transaction like that of a commit, or of a read, and undoes it. */
async function inTransaction<R>(
  work: () => Promise<R>,
  planning = "set local enable_seqscan = off",
): Promise<R> {
  await client.query(`begin; ${planning}`);
  try {
    return await work();
  } finally {
    await client.query("rollback");
  }
}

/** The indexes that a plan uses, and what is wrong with it. */
function looked(plan: Node, walks: readonly string[]): { indexes: string[]; wrong: string[] } {
  const all = nodes(plan);
  const wrong = all.flatMap((node) => {
    const name = node["Index Name"] ?? node["Relation Name"] ?? "";
    if (node["Node Type"] === "Seq Scan") return [`scan of ${name}`];
    const whole = /^Index|^Bitmap Index/.test(node["Node Type"]) && node["Index Cond"] === undefined;
    return whole && !walks.includes(name) ? [`walk over all of ${name}`] : [];
  });
  return { indexes: [...new Set(all.flatMap((node) => node["Index Name"] ?? []))].sort(), wrong };
}

const names = (prefix: string, count = 40) =>
  Array.from({ length: count }, (_, n) => `${prefix}${n * 11 + 1}`);
const numbers = (value: number, count = 40) => Array.from({ length: count }, () => value);

interface Case {
  sql: string;
  values: unknown[];
  indexes: string[];
  /** Indexes that are walked in their order, from one end, and left early: over what died in front, too. */
  walks?: string[];
}
const cases: Record<string, Case> = {
  "pool: freed leases": { sql: poolSql.freed, values: ["none"], indexes: ["leases_freed"] },
  "pool: nudges": { sql: poolSql.nudges, values: ["pool3", 301], indexes: ["nudges_pool"] },
  "pool: open lanes": { sql: poolSql.open, values: ["pool3", 51], indexes: ["lanes_open"] },
  "pool: lanes by name": { sql: poolSql.lanes, values: [names("lane")], indexes: ["lanes_pkey"] },
  "pool: blocked lanes": {
    sql: poolSql.blockedOn,
    values: [names("cell"), numbers(21)],
    indexes: ["lanes_blocked"],
  },
  "pool: functions on a cell": {
    sql: poolSql.functionsOn,
    values: [names("cell")],
    indexes: ["lanes_blocked"],
  },
  "pool: blocked lanes of a function": {
    sql: poolSql.blockedOf,
    values: [names("cell"), names("f"), numbers(6)],
    indexes: ["lanes_blocked"],
  },
  "pool: idle cells": { sql: poolSql.cellsBetween, values: ["cell1", "cell2", 101], indexes: ["cells_pkey"] },
  "pool: cells": { sql: poolSql.cells, values: [names("cell")], indexes: ["cells_pkey"] },
  "pool: heads": {
    sql: poolSql.heads,
    values: [names("lane"), numbers(0), numbers(3)],
    indexes: ["wakes_lane"],
  },
  "run: row": { sql: runSql.run, values: [names("r")], indexes: ["runs_pkey"] },
  "run: state": { sql: runSql.state, values: [names("r")], indexes: ["run_states_pkey"] },
  "run: steps": { sql: runSql.steps, values: [names("r"), names("s")], indexes: ["steps_pkey"] },
  "run: wakes": { sql: runSql.wakes, values: [names("r")], indexes: ["wakes_run"] },
  lease: { sql: singleSql.lease, values: [names("l")], indexes: ["leases_pkey"] },
  wake: { sql: singleSql.wake, values: [names("w")], indexes: ["wakes_pkey"] },
  tick: { sql: singleSql.tick, values: [["f1"], ["* * * * *"], [11]], indexes: ["ticks_pkey"] },
  gates: { sql: singleSql.gates, values: [names("g")], indexes: ["gate_cells_pkey"] },
  holders: { sql: singleSql.holders, values: [names("r")], indexes: ["runs_pkey"] },
  events: { sql: singleSql.events, values: [names("e")], indexes: ["events_pkey"] },
  app: { sql: singleSql.app, values: [["a1"]], indexes: ["apps_pkey"] },
  functions: { sql: singleSql.functions, values: [["a1"]], indexes: ["functions_app"] },
  "waits by anchor": {
    sql: waitsSql.byAnchor,
    values: [
      numbers(0, 3),
      ["name1", "name2", "x"],
      ["anchor1", "anchor2", "*"],
      ["", "", ""],
      numbers(100, 3),
    ],
    indexes: ["waits_anchor"],
  },
  "wait paths": { sql: waitsSql.paths, values: [names("name", 4)], indexes: ["wait_paths_pkey"] },
  signals: { sql: waitsSql.signals, values: [["name1"], "anchor1"], indexes: ["waits_anchor"] },
  "due wakes": { sql: queueSql.due, values: [50, 100], indexes: ["wakes_due"] },
  "next due": { sql: queueSql.nextDue, values: [50], indexes: ["wakes_due"] },
  "ready pools": {
    sql: queueSql.readyPools,
    values: [],
    indexes: ["lanes_open", "leases_freed", "nudges_pool"],
    walks: ["lanes_open", "leases_freed", "nudges_pool"],
  },
  "blocked cells": {
    sql: queueSql.blockedCells,
    values: ["pool3"],
    indexes: ["lanes_blocked"],
    walks: ["lanes_blocked"],
  },
  "foreign leases": { sql: queueSql.foreignLeases, values: ["node1", 20], indexes: ["leases_node"] },
  "leases of a run": { sql: queueSql.runLeases, values: ["r3"], indexes: ["leases_run"] },
  "wakes of a run": { sql: waitingSql.runWakes, values: ["r3"], indexes: ["wakes_run"] },
  "lanes by name": { sql: waitingSql.lanes, values: [names("lane")], indexes: ["lanes_pkey"] },
  "queued before": {
    sql: waitingSql.queuedBefore,
    values: ["lane3", 10 ** 9, "w", 100],
    indexes: ["wakes_lane"],
  },
  "cells by name": { sql: waitingSql.cells, values: [names("cell")], indexes: ["cells_pkey"] },
  "holders of a call's cell": {
    sql: waitingSql.holdersOfCalls,
    values: ["cell3", 20],
    indexes: ["leases_node"],
    walks: ["leases_node"],
  },
  "holders of a run's cell": {
    sql: waitingSql.holdersOfRuns,
    values: ["cell3", 20],
    indexes: ["leases_node"],
    walks: ["leases_node"],
  },
  "cells by prefix": { sql: waitingSql.cellsFrom, values: ["cell1", "cell2", 100], indexes: ["cells_pkey"] },
  "gate cells by prefix": {
    sql: waitingSql.gateCellsFrom,
    values: ["g1", "g2", 100],
    indexes: ["gate_cells_pkey"],
  },
  "a sign-in": { sql: accessSql.signIn, values: ["s3"], indexes: ["sign_ins_pkey"] },
  "sign-ins of a user": { sql: accessSql.signInsOf, values: ["u3"], indexes: ["sign_ins_user"] },
  "sign-ins that are over": { sql: accessSql.expired, values: [50, 100], indexes: ["sign_ins_expiry"] },
  "the audit log": { sql: accessSql.audit, values: ["b", 50], indexes: ["audit_pkey"] },
  "the audit log of an actor": {
    sql: accessSql.auditOfActor,
    values: ["u3", "b", 50],
    indexes: ["audit_actor"],
  },
  "the audit log of an action": {
    sql: accessSql.auditOfAction,
    values: ["act3", "b", 50],
    indexes: ["audit_action"],
  },
  "the audit log of both": {
    sql: accessSql.auditOfBoth,
    values: ["u3", "act3", "b", 50],
    indexes: ["audit_actor"],
  },
  "bulk jobs by name": { sql: bulkSql.jobs, values: [names("b")], indexes: ["bulk_jobs_pkey"] },
  "bulk jobs": { sql: bulkSql.page, values: ["c", 20], indexes: ["bulk_jobs_pkey"] },
  "open bulk jobs": {
    sql: bulkSql.open,
    values: [],
    indexes: ["bulk_jobs_open"],
    walks: ["bulk_jobs_open"],
  },
  "items of a bulk job": {
    sql: bulkSql.waiting,
    values: [[0], ["b3"], [50]],
    indexes: ["bulk_items_waiting"],
  },
  statistics: {
    sql: statisticSql.all,
    values: [60_000, 60_000, 600_000],
    indexes: ["statistics_pkey", "statistics_span"],
  },
  "statistics of functions": {
    sql: statisticSql.ofFunctions,
    values: [["f1", "f2"], 60_000, 60_000, 600_000],
    indexes: ["statistics_pkey"],
  },
  "last statistic": {
    sql: statisticSql.last,
    values: [60_000],
    indexes: ["statistics_pkey", "statistics_span"],
  },
  "runs that repeat one": { sql: runPageSql.reruns, values: ["r3", 20], indexes: ["runs_original"] },
  queue: { sql: runPageSql.backlog, values: [300], indexes: ["runs_status"] },
  "names of events": {
    sql: eventReadSql.names,
    values: [100],
    indexes: ["events_name"],
    walks: ["events_name"],
  },
  outcomes: { sql: waitingSql.outcomes, values: ["e3"], indexes: ["outcomes_pkey"] },
  "a run": { sql: runReadSql.run, values: ["r3"], indexes: ["runs_pkey"] },
  "runs of an event": { sql: runReadSql.ofEvent, values: ["e3"], indexes: ["runs_event"] },
  "events of a run": {
    sql: runReadSql.events,
    values: ["r3"],
    indexes: ["events_pkey", "payloads_pkey", "runs_pkey"],
  },
  "steps of a run": { sql: runReadSql.steps, values: ["r3"], indexes: ["payloads_pkey", "steps_pkey"] },
  history: { sql: runReadSql.history, values: ["r3"], indexes: ["history_run"] },
  "an event": { sql: eventReadSql.event, values: ["e3"], indexes: ["events_pkey", "payloads_pkey"] },
  ticks: { sql: tickSql.all, values: ["f1", "* * * * *", 10 ** 9, 20], indexes: ["ticks_pkey"] },
  "missed ticks": {
    sql: tickSql.missed,
    values: ["f2", "* * * * *", 10 ** 9, 20],
    indexes: ["ticks_missed"],
  },
  "count of missed ticks": {
    sql: tickSql.countMissed,
    values: ["f2", "* * * * *", 100],
    indexes: ["ticks_missed"],
  },
};

const changes: Change[] = names("x").flatMap((_, n): Change[] => [
  { update: "leases", key: { id: `l${n}` }, set: { freed: true } },
  { update: "runs", key: { id: `r${n}` }, set: { status: "running", startedAt: 5 } },
  { update: "wakes", key: { id: `w${n}` }, set: { dueAt: 5 } },
  { update: "runStates", key: { runId: `r${n}` }, set: { state: {} as never } },
  { remove: "wakes", key: { id: `w${n + 100}` } },
  { remove: "nudges", key: { id: n } },
  { remove: "leases", key: { id: `l${n + 100}` } },
  { remove: "cells", key: { cell: `cell${n}` } },
  { remove: "payloads", key: { owner: `e${n}`, name: "event" } },
  { remove: "waits", key: { id: `wait${n}` } },
  { clear: "waits", runId: `r${n}` },
]);
for (const batch of planBatches(encodeChanges(changes, identityCodec))) {
  const [statement] = statementsOf(batch, new Map());
  const { table, kind } = batch;
  if (statement === undefined) continue;
  const index = kind === "clear" ? "waits_run" : `${table.replace("runStates", "run_states")}_pkey`;
  cases[`${kind} ${table}`] = { sql: statement.sql, values: statement.values, indexes: [index] };
}

describe(`plans over ${ROWS.toLocaleString("en")} rows`, () => {
  test.each(Object.entries(cases))("%s", async (_, { sql, values, indexes, walks = [] }) => {
    const text = inSchema(schema, sql);
    // As a kept statement is planned once it has been used a few times: for any values.
    const generic = await inTransaction(async () => {
      await client.query("set local plan_cache_mode = force_generic_plan");
      await client.query(`prepare any_values as ${text}`);
      const nothing = values.length === 0 ? "" : `(${values.map(() => "null").join(", ")})`;
      const plan = await explained(`explain (format json) execute any_values${nothing}`, []);
      await client.query("deallocate any_values");
      return plan;
    });
    const plan = await inTransaction(() =>
      explained(`explain (analyze, buffers, format json) ${text}`, values),
    );
    for (const each of [generic, plan]) expect(looked(each, walks)).toEqual({ indexes, wrong: [] });
    // What it costs does not hang on how many rows there are.
    expect((plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0)).toBeLessThan(
      walks.length > 0 ? 6000 : 1500,
    );
  });

  test("rows that were read a moment ago are removed where they are", async () => {
    const { rows } = await client.query(inSchema(schema, "select ctid::text as place from {wakes} limit 50"));
    const places = rows.map((row) => row.place);
    const sql = inSchema(schema, "delete from {wakes} where ctid = any($1::tid[]) returning id");
    const plan = await inTransaction(() => explained(`explain (analyze, format json) ${sql}`, [places]));
    expect(nodes(plan).map((node) => node["Node Type"])).toEqual(["ModifyTable", "Tid Scan"]);
  });

  const pages: [string, { sql: string; values: unknown[] }, RegExp][] = [
    ["runs", runsStatement({ limit: 20 }), /^runs_queued$/],
    ["runs, on", runsStatement({ limit: 20, cursor: "r40" }), /^runs_(?:queued|pkey)$/],
    ["runs of a function", runsStatement({ limit: 20, functionIds: ["f3"] }), /^runs_function$/],
    [
      "runs of functions and statuses, on",
      runsStatement({ limit: 20, functionIds: ["f3", "f4"], status: ["failed", "queued"], cursor: "r99" }),
      /^runs_(?:function|pkey)$/,
    ],
    [
      "runs of an app",
      runsStatement({ limit: 20, appIds: ["a3"], from: 5, until: 9000, order: "asc" }),
      /^(?:runs_function|functions_app)$/,
    ],
    [
      "runs of statuses, on",
      runsStatement({ limit: 20, status: ["failed", "running"], cursor: "r99", until: 90 }),
      /^runs_(?:status|pkey)$/,
    ],
    ["counted runs", countStatement({}, 100), /^runs_queued$/],
    ["counted runs of statuses", countStatement({ status: ["failed", "queued"] }, 100), /^runs_status$/],
    [
      "counted runs of an app",
      countStatement({ appIds: ["a3"], status: ["failed"] }, 100),
      /^(?:runs_function|functions_app)$/,
    ],
    ["runs of a status", runsStatement({ limit: 20, status: ["failed"] }), /^runs_status$/],
    ["runs that ended", runsStatement({ limit: 20, timeField: "endedAt", order: "asc" }), /^runs_ended$/],
    ["events", eventsStatement({ limit: 20 }), /^events_received$|^payloads_pkey$/],
    [
      "events with the server's",
      eventsStatement({ limit: 20, includeInternal: true, receivedAfter: 5, cursor: "e99" }),
      /^events_(?:received|pkey)$|^payloads_pkey$/,
    ],
    ["events of a name", eventsStatement({ limit: 20, name: "name3" }), /^events_name$|^payloads_pkey$/],
    [
      "events, on",
      eventsStatement({ limit: 20, cursor: "e99" }),
      /^events_(?:received|pkey)$|^payloads_pkey$/,
    ],
  ];
  test.each(pages)("a page of %s is read in the order of an index", async (_, { sql, values }, allowed) => {
    const text = inSchema(schema, sql);
    const explain = `explain (analyze, buffers, format json) ${text}`;
    const plan = await inTransaction(() => explained(explain, values), PLANNING);
    const found = nodes(plan).flatMap((node) => node["Index Name"] ?? []);
    expect(found.filter((name) => !allowed.test(name))).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
    expect((plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0)).toBeLessThan(500);
  });
});
