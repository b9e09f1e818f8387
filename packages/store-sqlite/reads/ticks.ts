/** What became of a schedule's ticks, newest first. */
import type { FunctionId, TickRow } from "@stepwell/core";
import type { TickFilter } from "@stepwell/store";
import { rowsOf, type Source } from "../rows.ts";

const schedule = "select * from ticks where function_id = ? and cron = ?";
const page = "scheduled_at < ? order by scheduled_at desc limit ?";

export const tickSql: Readonly<Record<"all" | "missed" | "countMissed", string>> = {
  // index: primary key, backwards
  all: `${schedule} and ${page}`,
  // index: ticks_missed, backwards
  missed: `${schedule} and outcome = 'missed' and ${page}`,
  // index: ticks_missed, no further than asked for
  countMissed: `select count(*) as count from (
    select 1 from ticks where function_id = ? and cron = ? and outcome = 'missed' limit ?)`,
};

export function readTicks(
  source: Source,
  { functionId, cron, outcome, before, limit }: TickFilter,
): TickRow[] {
  const sql = outcome === undefined ? tickSql.all : tickSql.missed;
  return rowsOf(source, "ticks", sql, functionId, cron, before ?? Number.MAX_SAFE_INTEGER, limit);
}

export function countMissed({ db }: Source, functionId: FunctionId, cron: string, most: number): number {
  return Number(db.get(tickSql.countMissed, functionId, cron, most)?.["count"] ?? 0);
}
