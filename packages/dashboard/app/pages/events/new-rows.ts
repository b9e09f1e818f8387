/**
 * A list that does not jump under the cursor: what is shown stays in place, what is newer is counted, and
 * rows that are shown take over what changed in them.
 */

interface Keyed {
  id: string;
}

/** How many rows of a fresh first page stand before the newest that is shown; `more`: all of them do. */
export function countNew<Row extends Keyed>(
  shown: readonly Row[],
  fresh: readonly Row[],
): { count: number; more: boolean } {
  const known = new Set(shown.map(({ id }) => id));
  const at = fresh.findIndex(({ id }) => known.has(id));
  if (at >= 0) return { count: at, more: false };
  return { count: fresh.length, more: fresh.length > 0 && shown.length > 0 };
}

/** The shown rows, each as it is by now where that is known. */
export function withFresh<Row extends Keyed>(shown: readonly Row[], fresh: readonly Row[]): readonly Row[] {
  const byId = new Map(fresh.map((row) => [row.id, row]));
  return shown.map((row) => byId.get(row.id) ?? row);
}
