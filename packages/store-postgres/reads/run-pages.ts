/** Many runs: pages of them, how many there are, who queues, who repeats one. */
import type { RunId, RunRow } from "@stepwell/core";
import {
  type BacklogLine,
  branchesOf,
  columnName,
  decodeRow,
  type Page,
  type RunFilter,
  rangeOf,
} from "@stepwell/store";
import type { Param } from "../driver.ts";
import { rowsOf, type Source, selectList } from "../rows.ts";
import { createMarks, type Mark, placesIn } from "./list-place.ts";

const runs = selectList("runs");
/** Each range is read as far as a page goes: of more than so many the list is walked instead. */
const MOST_BRANCHES = 1000;

export const runPageSql: Readonly<Record<"backlog" | "reruns", string>> = {
  // index: runs_status, no further than asked for
  backlog: `select function_id, count(*) as count, min(queued_at) as oldest_at, (array_agg(id order by place))[1] as id
    from (select function_id, queued_at, id, row_number() over (order by queued_at, seq) as place from {runs}
      where status = 'queued' order by queued_at, seq limit $1) queue
    group by function_id order by min(place)`,
  // index: runs_original, backwards
  reruns: `select ${runs} from {runs} where original_run_id = $1 order by seq desc limit $2`,
};

interface Statement {
  sql: string;
  values: Param[];
}
type Matching = Omit<RunFilter, "cursor" | "limit">;

/**
 * Ordered by (time, seq); the cursor is the last run's id. Runs that do not have the time yet are not
 * in the list. One statement, whatever the filter.
 */
export async function readRuns({ link, codec }: Source, filter: RunFilter): Promise<Page<RunRow>> {
  const { sql, values } = runsStatement(filter);
  const raw = await link.once(sql, ...values);
  const rows = raw.slice(0, filter.limit).map((row) => decodeRow("runs", row, codec));
  return { rows, cursor: raw.length > filter.limit ? (rows.at(-1)?.id ?? null) : null };
}

/**
 * index: with functions or apps runs_function, with statuses alone runs_status, one look for each range of it;
 * else runs_queued, runs_started or runs_ended, in its order.
 */
export function runsStatement(filter: RunFilter): Statement {
  const { order = "desc", limit } = filter;
  const time = columnName(filter.timeField ?? "queuedAt");
  const { values, mark } = createMarks();
  const ranges = rangesOf(filter, mark);
  const inOrder = `order by ${time} ${order}, seq ${order} limit ${mark(limit + 1)}`;
  const where = ["true", ...placesIn("runs", time, filter, mark)];
  if (ranges === null) {
    where.push(`${time} is not null`, ...amongOf(filter, mark));
    return { sql: `select ${runs} from {runs} where ${where.join(" and ")} ${inOrder}`, values };
  }
  const sql = `select r.* from ${ranges.list} cross join lateral (
      select ${runs} from {runs} runs where ${ranges.is} and ${where.join(" and ")} ${inOrder}) r ${inOrder}`;
  return { sql, values };
}

/** The ranges of `branchesOf`, as rows with an `f` and an `s`, and which runs are in one. */
function rangesOf(filter: Matching, mark: Mark): { list: string; is: string } | null {
  const { functionIds, appIds } = filter;
  // How many functions an app has is not known here: some hundreds.
  const branches = branchesOf(filter, functionIds ?? (appIds === undefined ? undefined : []));
  if (branches === null) return null;
  const count = (functionIds?.length ?? 1) * branches.statuses.length;
  if (count > MOST_BRANCHES) return null;
  const statuses = `unnest(${mark(branches.statuses)}::text[]) status (s)`;
  if (functionIds === undefined && appIds === undefined)
    return { list: statuses, is: "runs.status = status.s" };
  return {
    list: `${functionsOf(filter, mark)} cross join ${statuses}`,
    is: "runs.function_id = function.f and runs.status = status.s",
  };
}

/** index: functions_app */
function functionsOf({ functionIds, appIds }: Matching, mark: Mark): string {
  if (appIds === undefined) return `unnest(${mark([...new Set(functionIds)])}::text[]) function (f)`;
  const among = functionIds === undefined ? "" : ` and id = any(${mark([...functionIds])}::text[])`;
  return `(select id as f from {functions} where app_id = any(${mark([...appIds])}::text[])${among}) function`;
}

function amongOf({ functionIds, appIds, status }: Matching, mark: Mark): string[] {
  const among = (column: string, wanted: readonly string[] | undefined): string[] =>
    wanted === undefined ? [] : [`${column} = any(${mark([...wanted])}::text[])`];
  return [
    ...among("function_id", functionIds),
    ...among("app_id", appIds),
    // What is concatenated is no index's: several values of it would mean a sort.
    ...among("status || ''", status),
  ];
}

/** How many runs match, counted up to `most`. */
export async function countRuns({ link }: Source, filter: Matching, most: number): Promise<number> {
  const { sql, values } = countStatement(filter, most);
  const [row] = await link.once(sql, ...values);
  return Number(row?.["count"] ?? 0);
}

/** index: as for a page, but the ranges one after another */
export function countStatement(filter: Matching, most: number): Statement {
  const time = columnName(filter.timeField ?? "queuedAt");
  const { values, mark } = createMarks();
  const ranges = rangesOf(filter, mark);
  const { start, bound } = rangeOf({ ...filter, order: "asc" }, null);
  const where = [`${time} >= ${mark(start.at)}`, `${time} < ${mark(bound)}`];
  const end = `limit ${mark(most)}`;
  const found =
    ranges === null
      ? `select 1 from {runs} where ${[...where, ...amongOf(filter, mark)].join(" and ")} ${end}`
      : `select 1 from ${ranges.list} cross join lateral (
          select 1 from {runs} runs where ${ranges.is} and ${where.join(" and ")} ${end}) r ${end}`;
  return { sql: `select count(*) as count from (${found}) found`, values };
}

export async function readBacklog({ link }: Source, most: number): Promise<BacklogLine[]> {
  const rows = await link.query(runPageSql.backlog, most);
  return rows.map((row) => ({
    functionId: String(row["function_id"]),
    count: Number(row["count"]),
    oldestAt: Number(row["oldest_at"]),
    oldestRunId: String(row["id"]),
  }));
}

export function readReruns(source: Source, id: RunId, limit: number): Promise<RunRow[]> {
  return rowsOf(source, "runs", runPageSql.reruns, id, limit);
}
