/** Bulk jobs, each with the next of its items that wait. */
import type { BulkItemRow } from "@stepwell/core";
import { decodeRow, type Slices } from "@stepwell/store";
import { bulkSql } from "../reads/bulk.ts";
import { rowsOf, type Source } from "../rows.ts";

export async function seeBulkJobs(
  source: Source,
  asks: readonly Slices["bulkJob"]["ask"][],
): Promise<Slices["bulkJob"]["see"][]> {
  const ids = asks.map(({ id }) => id);
  const [jobs, items] = await Promise.all([
    rowsOf(source, "bulkJobs", bulkSql.jobs, [...new Set(ids)]),
    source.link.query(
      bulkSql.waiting,
      asks.map((_, ask) => ask),
      ids,
      asks.map(({ most }) => most),
    ),
  ]);
  const waiting = asks.map((): BulkItemRow[] => []);
  for (const raw of items) waiting[Number(raw["ask"])]?.push(decodeRow("bulkItems", raw, source.codec));
  return asks.map(({ id }, ask) => {
    const job = jobs.find((row) => row.id === id);
    if (job === undefined) return null;
    return { job, waiting: (waiting[ask] ?? []).sort((a, b) => a.ord - b.ord) };
  });
}
