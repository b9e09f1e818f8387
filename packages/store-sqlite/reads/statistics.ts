/** Counts and times of ended runs. */
import type { DurationMs, Instant, StatisticRow } from "@stepwell/core";
import type { StatisticFilter } from "@stepwell/store";
import { rowsOf, type Source } from "../rows.ts";

export const statisticSql = {
  // index: statistics_span
  all: "select * from statistics where width_ms = ? and at >= ? and at < ? order by at, function_id",
  // index: primary key; only what is asked for is sorted
  ofFunctions: `select s.* from json_each(?) named cross join statistics s
    on s.function_id = named.value and s.width_ms = ? and s.at >= ? and s.at < ? order by s.at, s.function_id`,
  // index: statistics_span
  last: "select max(at) as at from statistics where width_ms = ?",
} as const;

export function readStatistics(
  source: Source,
  { widthMs, from, until, functionIds }: StatisticFilter,
): StatisticRow[] {
  if (functionIds === undefined) return rowsOf(source, "statistics", statisticSql.all, widthMs, from, until);
  const ids = JSON.stringify([...new Set(functionIds)]);
  return rowsOf(source, "statistics", statisticSql.ofFunctions, ids, widthMs, from, until);
}

export function readLastStatistic({ db }: Source, widthMs: DurationMs): Instant | null {
  const at = db.get(statisticSql.last, widthMs)?.["at"] ?? null;
  return at === null ? null : Number(at);
}
