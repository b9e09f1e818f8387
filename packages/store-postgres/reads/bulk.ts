/** Bulk jobs: one, a page, and those that are not over. */
import type { BulkJobRow } from "@stepwell/core";
import type { Page } from "@stepwell/store";
import { rowsOf, type Source, selectList } from "../rows.ts";

const jobs = selectList("bulkJobs");

export const bulkSql: Readonly<Record<"jobs" | "page" | "open" | "waiting", string>> = {
  // index: primary key
  jobs: `select ${jobs} from {bulk_jobs} where id = any($1::text[])`,
  // index: primary key, backwards
  page: `select ${jobs} from {bulk_jobs} where id < $1 order by id desc limit $2`,
  // index: bulk_jobs_open
  open: `select ${jobs} from {bulk_jobs} where ended_at is null order by id`,
  // index: bulk_items_waiting; the limit keeps the planner from turning the join around
  waiting: `select asked.ask, i.* from unnest($1::bigint[], $2::text[], $3::bigint[]) asked (ask, job_id, most)
    cross join lateral (select ${selectList("bulkItems")} from {bulk_items} items
      where items.job_id = asked.job_id and items.outcome = 'waiting' order by items.ord limit asked.most) i`,
};

/** Comes after every id. */
const LAST = "\u{10FFFF}";

export async function readBulkJob(source: Source, id: string): Promise<BulkJobRow | null> {
  return (await rowsOf(source, "bulkJobs", bulkSql.jobs, [id]))[0] ?? null;
}

export async function readBulkJobs(
  source: Source,
  { cursor = LAST, limit }: { cursor?: string; limit: number },
): Promise<Page<BulkJobRow>> {
  const rows = await rowsOf(source, "bulkJobs", bulkSql.page, cursor, limit + 1);
  const shown = rows.slice(0, limit);
  return { rows: shown, cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

export function readOpenBulkJobs(source: Source): Promise<BulkJobRow[]> {
  return rowsOf(source, "bulkJobs", bulkSql.open);
}
