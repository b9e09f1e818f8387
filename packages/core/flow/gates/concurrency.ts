/**
 * Concurrency: a cell for one limit and one key value; a call names the cells it uses on its lease
 * (semantics §6.2). Keys are fixed when the run is created, the number comes from the latest sync.
 */

import type { FunctionConfig } from "../../model/function.ts";
import type { CellKey, FunctionId } from "../../model/ids.ts";

/** The cells that calls of a run use, narrowest first. `keyText` evaluates a key over the run's event. */
export function concurrencyCells(
  functionId: FunctionId,
  config: Pick<FunctionConfig, "concurrency">,
  keyText: (expression: string) => string,
): CellKey[] {
  return config.concurrency
    .filter((limit) => limit.limit > 0)
    .map((limit) => ({ key: limit.key ?? null, value: limit.key === undefined ? "" : keyText(limit.key) }))
    .sort((a, b) => Number(a.key === null) - Number(b.key === null))
    .map(({ key, value }) => JSON.stringify([functionId, key, value]));
}

/** The function a cell belongs to, and the key expression it was made from. */
export function readCell(cell: CellKey): { functionId: FunctionId; key: string | null } {
  const [functionId, key] = JSON.parse(cell) as [string, string | null, string];
  return { functionId, key };
}

/** The latest limit of a cell; Infinity when the configuration no longer has it. */
export function cellLimit(cell: CellKey, configOf: (id: FunctionId) => FunctionConfig | undefined): number {
  const { functionId, key } = readCell(cell);
  const limit = configOf(functionId)?.concurrency.find((l) => (l.key ?? null) === key)?.limit;
  return limit === undefined || limit === 0 ? Number.POSITIVE_INFINITY : limit;
}
