/** Bulk jobs: one, a page, and those that are not over. */
import type { BulkJobRow } from "@stepwell/core";
import type { Page } from "@stepwell/store";
import { rowOf, rowsOf, type Source } from "../rows.ts";

export const bulkSql = {
  // index: primary key
  job: "select * from bulk_jobs where id = ?",
  // index: primary key, backwards
  page: "select * from bulk_jobs where id < ? order by id desc limit ?",
  // index: bulk_jobs_open
  open: "select * from bulk_jobs where ended_at is null order by id",
  // index: bulk_items_waiting
  waiting: "select * from bulk_items where job_id = ? and outcome = 'waiting' order by ord limit ?",
} as const;

/** Comes after every id. */
const LAST = "\u{10FFFF}";

export function readBulkJob(source: Source, id: string): BulkJobRow | null {
  return rowOf(source, "bulkJobs", bulkSql.job, id);
}

export function readBulkJobs(
  source: Source,
  { cursor = LAST, limit }: { cursor?: string; limit: number },
): Page<BulkJobRow> {
  const rows = rowsOf(source, "bulkJobs", bulkSql.page, cursor, limit + 1);
  const shown = rows.slice(0, limit);
  return { rows: shown, cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

export function readOpenBulkJobs(source: Source): BulkJobRow[] {
  return rowsOf(source, "bulkJobs", bulkSql.open);
}
