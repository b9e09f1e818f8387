/** Counts and times of ended runs, and how large the tables are. */
import type { DurationMs, Instant, StatisticRow } from "@stepwell/core";
import type { StatisticFilter } from "@stepwell/store";
import { rowsOf, type Source, selectList } from "../rows.ts";

const span = (first: number): string => `width_ms = $${first} and at >= $${first + 1} and at < $${first + 2}`;

export const statisticSql: Readonly<Record<"all" | "ofFunctions" | "last" | "bytes", string>> = {
  // index: statistics_span, and the primary key for rows of all functions together, which that index leaves out
  // so that the planner does not take it for a few functions. Sorted below.
  all: `select ${selectList("statistics")} from {statistics} where ${span(1)} and function_id > ''
    union all select ${selectList("statistics")} from {statistics} where ${span(1)} and function_id = ''`,
  // index: primary key; sorted below. The limit keeps the planner from turning the join around
  ofFunctions: `select s.* from unnest($1::text[]) named (id)
    cross join lateral (select ${selectList("statistics")} from {statistics} statistics
      where statistics.function_id = named.id and ${span(2)} limit 1000000) s`,
  // index: statistics_span and the primary key, both backwards
  last: `select max(at) as at from (
    (select at from {statistics} where width_ms = $1 and function_id > '' order by at desc limit 1)
    union all
    (select at from {statistics} where width_ms = $1 and function_id = '' order by at desc limit 1)) newest`,
  // Of the catalogue: a few dozen tables with their indexes.
  bytes: `select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint as bytes
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relkind = 'r'`,
};

export async function readStatistics(
  source: Source,
  { widthMs, from, until, functionIds }: StatisticFilter,
): Promise<StatisticRow[]> {
  const { all, ofFunctions } = statisticSql;
  const rows =
    functionIds === undefined
      ? await rowsOf(source, "statistics", all, widthMs, from, until)
      : await rowsOf(source, "statistics", ofFunctions, [...new Set(functionIds)], widthMs, from, until);
  return rows.sort((a, b) => a.at - b.at || (a.functionId < b.functionId ? -1 : 1));
}

export async function readLastStatistic({ link }: Source, widthMs: DurationMs): Promise<Instant | null> {
  const [row] = await link.query(statisticSql.last, widthMs);
  const at = row?.["at"] ?? null;
  return at === null ? null : Number(at);
}

/** Tables with their indexes, and values that are kept beside them. */
export async function readBytes({ link }: Source, schema: string): Promise<number | null> {
  const [row] = await link.query(statisticSql.bytes, schema);
  return row === undefined ? null : Number(row["bytes"]);
}
