/** A bulk job with the next of its items that wait. */
import type { Slices } from "@stepwell/store";
import { bulkSql, readBulkJob } from "../reads/bulk.ts";
import { rowsOf, type Source } from "../rows.ts";

export function seeBulkJob(source: Source, { id, most }: Slices["bulkJob"]["ask"]): Slices["bulkJob"]["see"] {
  const job = readBulkJob(source, id);
  return job === null ? null : { job, waiting: rowsOf(source, "bulkItems", bulkSql.waiting, id, most) };
}
