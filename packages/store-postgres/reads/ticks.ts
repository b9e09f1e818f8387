/** What became of a schedule's ticks, newest first. */
import type { FunctionId, TickRow } from "@stepwell/core";
import type { TickFilter } from "@stepwell/store";
import { rowsOf, type Source, selectList } from "../rows.ts";

const schedule = `select ${selectList("ticks")} from {ticks} where function_id = $1 and cron = $2`;
const page = "scheduled_at < $3 order by scheduled_at desc limit $4";

export const tickSql: Readonly<Record<"all" | "missed" | "countMissed", string>> = {
  // index: primary key, backwards
  all: `${schedule} and ${page}`,
  // index: ticks_missed, backwards
  missed: `${schedule} and outcome = 'missed' and ${page}`,
  // index: ticks_missed, no further than asked for
  countMissed: `select count(*) as count from (
    select 1 from {ticks} where function_id = $1 and cron = $2 and outcome = 'missed' limit $3) found`,
};

export function readTicks(
  source: Source,
  { functionId, cron, outcome, before, limit }: TickFilter,
): Promise<TickRow[]> {
  const sql = outcome === undefined ? tickSql.all : tickSql.missed;
  return rowsOf(source, "ticks", sql, functionId, cron, before ?? Number.MAX_SAFE_INTEGER, limit);
}

export async function countMissed(
  { link }: Source,
  functionId: FunctionId,
  cron: string,
  most: number,
): Promise<number> {
  const [row] = await link.query(tickSql.countMissed, functionId, cron, most);
  return Number(row?.["count"] ?? 0);
}
