/** Many runs: pages of them, how many there are, who queues, who repeats one. */
import type { FunctionId, RunId, RunRow } from "@stepwell/core";
import {
  type BacklogLine,
  branchesOf,
  columnName,
  inListOrder,
  type ListPlace,
  type Page,
  type RunBranches,
  type RunFilter,
  rangeOf,
  type SqlValue,
} from "@stepwell/store";
import { rowsOf, type Source } from "../rows.ts";

export const runPageSql = {
  // index: functions_app
  ofApps: "select f.id from json_each(?) app cross join functions f on f.app_id = app.value",
  // index: runs_status, no further than asked for
  endOfQueue:
    "select queued_at, seq from runs where status = 'queued' order by queued_at, seq limit 1 offset ?",
  // index: runs_function. Counted in the index alone: to look ten thousand rows up takes ten times as long
  backlog: `select f.id as function_id, r.queued_at, r.id, (select count(*) from runs n
      where n.function_id = f.id and n.status = 'queued' and (n.queued_at, n.seq) <= (?1, ?2)) as count
    from functions f cross join runs r on r.seq = (select n.seq from runs n
      where n.function_id = f.id and n.status = 'queued' order by n.queued_at, n.seq limit 1)
    where (r.queued_at, r.seq) <= (?1, ?2) order by r.queued_at, r.seq`,
  // index: runs_original, backwards
  reruns: "select * from runs where original_run_id = ? order by seq desc limit ?",
} as const;

type Statement = { sql: string; values: SqlValue[] };
type Matching = Omit<RunFilter, "cursor" | "limit">;

/**
 * Ordered by (time, seq); the cursor is the last run's id. Runs that do not have the time yet are not
 * in the list. At most three statements, whatever the filter.
 */
export function readRuns(source: Source, filter: RunFilter): Page<RunRow> {
  const { cursor, limit } = filter;
  const last = cursor === undefined ? null : placeOf(source, filter, cursor);
  if (cursor !== undefined && last === null) return { rows: [], cursor: null };
  const { sql, values } = runsStatement(filter, functionsOf(source, filter), last);
  const time = filter.timeField ?? "queuedAt";
  const found = rowsOf(source, "runs", sql, ...values, limit + 1);
  const rows = inListOrder(found, (run) => ({ at: run[time] ?? 0, seq: run.seq }), filter.order);
  const page = rows.slice(0, limit);
  return { rows: page, cursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** Where a run is in the list; null: it is not there. */
function placeOf({ db }: Source, { timeField = "queuedAt" }: RunFilter, id: RunId): ListPlace | null {
  const row = db.get(placeSql[timeField], id);
  return row === null || row["at"] === null ? null : { at: Number(row["at"]), seq: Number(row["seq"]) };
}

// index: unique (id)
export const placeSql: Readonly<Record<NonNullable<RunFilter["timeField"]>, string>> = {
  queuedAt: "select queued_at as at, seq from runs where id = ?",
  startedAt: "select started_at as at, seq from runs where id = ?",
  endedAt: "select ended_at as at, seq from runs where id = ?",
};

/** The functions of the filter, those of its apps among them; undefined: all. */
function functionsOf({ db }: Source, { functionIds, appIds }: Matching): FunctionId[] | undefined {
  if (appIds === undefined) return functionIds;
  const ofApps = db.all(runPageSql.ofApps, JSON.stringify(appIds)).map((row) => String(row["id"]));
  return functionIds === undefined ? ofApps : ofApps.filter((id) => functionIds.includes(id));
}

/** @param functionIds those of the filter and of its apps @param last where the page before has ended */
export function runsStatement(
  filter: Matching,
  functionIds: readonly FunctionId[] | undefined,
  last: ListPlace | null,
): Statement {
  const branches = branchesOf(filter, functionIds);
  return branches === null ? walk("*", filter, functionIds, last) : merge(filter, branches, last);
}

/** The columns that say which range a row is of, and how a branch `of` is looked for in them. */
function rangesOf({ functionIds, statuses }: RunBranches) {
  const lists = [functionIds, statuses].filter((list) => list !== null).map((list) => JSON.stringify(list));
  const byFunction = functionIds !== null;
  return {
    lists,
    branch: byFunction
      ? "select f.value as f, s.value as s from json_each(?) f cross join json_each(?) s"
      : "select null as f, value as s from json_each(?)",
    is: (of: string) => `${byFunction ? `n.function_id = ${of}.f and ` : ""}n.status = ${of}.s`,
  };
}

/**
 * index: runs_function or runs_status, entered once for each range and once for each row of the page. The rows
 * of the recursion are a queue in the order of the list: at first the head of each range; whatever is taken
 * out puts in what follows it in its own range.
 */
function merge(filter: Matching, branches: RunBranches, last: ListPlace | null): Statement {
  const { order = "desc" } = filter;
  const { start, bound } = rangeOf(filter, last);
  const { lists, branch, is } = rangesOf(branches);
  const [past, within] = order === "desc" ? ["<", "n.queued_at >= ?"] : [">", "n.queued_at < ?"];
  const next = (of: string, place: string): string => `(select n.seq from runs n
    where ${is(of)} and (n.queued_at, n.seq) ${past} ${place} and ${within}
    order by n.queued_at ${order}, n.seq ${order} limit 1)`;
  const sql = `with recursive branch as (${branch}), page (f, s, at, seq) as (
      select branch.f, branch.s, r.queued_at, r.seq from branch cross join runs r
        on r.seq = ${next("branch", "(?, ?)")}
      union all
      select page.f, page.s, r.queued_at, r.seq from page cross join runs r
        on r.seq = ${next("page", "(page.at, page.seq)")}
      order by 3 ${order}, 4 ${order} limit ?
    )
    select r.* from page cross join runs r on r.seq = page.seq`;
  return { sql, values: [...lists, start.at, start.seq, bound, bound] };
}

/**
 * index: runs_queued, runs_started or runs_ended, in its order. A `+` keeps a column out of the choice of the
 * index: several values of it would mean a sort.
 */
function walk(
  columns: "*" | "1",
  filter: Matching,
  functionIds: readonly FunctionId[] | undefined,
  last: ListPlace | null,
): Statement {
  const { status, order = "desc" } = filter;
  const { start, bound } = rangeOf(filter, last);
  const time = columnName(filter.timeField ?? "queuedAt");
  const where = [
    `${time} is not null`,
    `(${time}, seq) ${order === "desc" ? "<" : ">"} (?, ?)`,
    `${time} ${order === "desc" ? ">=" : "<"} ?`,
  ];
  const values: SqlValue[] = [start.at, start.seq, bound];
  const among = (column: string, wanted: readonly string[] | undefined): void => {
    if (wanted === undefined) return;
    where.push(`+${column} in (select value from json_each(?))`);
    values.push(JSON.stringify(wanted));
  };
  among("function_id", functionIds);
  among("status", status);
  const sql = `select ${columns} from runs where ${where.join(" and ")} order by ${time} ${order}, seq ${order} limit ?`;
  return { sql, values };
}

/** How many runs match, counted up to `most`. */
export function countRuns(source: Source, filter: Matching, most: number): number {
  const { sql, values } = countStatement(filter, functionsOf(source, filter));
  return Number(source.db.get(`select count(*) as count from (${sql})`, ...values, most)?.["count"] ?? 0);
}

/** index: as for a page, but the ranges one after another. One row for each run that matches. */
export function countStatement(filter: Matching, functionIds: readonly FunctionId[] | undefined): Statement {
  const branches = branchesOf(filter, functionIds);
  if (branches === null) return walk("1", filter, functionIds, null);
  const { lists, branch, is } = rangesOf(branches);
  const { start, bound } = rangeOf({ ...filter, order: "asc" }, null);
  const sql = `select 1 from (${branch}) branch cross join runs n
    on ${is("branch")} and n.queued_at >= ? and n.queued_at < ? limit ?`;
  return { sql, values: [...lists, start.at, bound] };
}

export function readBacklog({ db }: Source, most: number): BacklogLine[] {
  if (most < 1) return [];
  const end = db.get(runPageSql.endOfQueue, most - 1);
  const { MAX_SAFE_INTEGER } = Number;
  const [at, seq] = [end?.["queued_at"] ?? MAX_SAFE_INTEGER, end?.["seq"] ?? MAX_SAFE_INTEGER];
  return db.all(runPageSql.backlog, at, seq).map((row) => ({
    functionId: String(row["function_id"]),
    count: Number(row["count"]),
    oldestAt: Number(row["queued_at"]),
    oldestRunId: String(row["id"]),
  }));
}

export function readReruns(source: Source, id: RunId, limit: number): RunRow[] {
  return rowsOf(source, "runs", runPageSql.reruns, id, limit);
}
