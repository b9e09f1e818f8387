/** Throttle: starts of runs at a pace; what is over it waits in its lane (semantics §6.3). A cell that frees itself. */
import type { FunctionConfig, ThrottleRule } from "../../model/function.ts";
import type { CellKey, FunctionId } from "../../model/ids.ts";
import type { Pace } from "./gcra.ts";

const PREFIX = "throttle:";

/** The cell that starts of a run use, or null: not throttled. */
export function throttleCell(
  id: FunctionId,
  { throttle }: Pick<FunctionConfig, "throttle">,
  keyText: (expression: string) => string,
): CellKey | null {
  if (throttle === undefined) return null;
  const { key } = throttle;
  return PREFIX + JSON.stringify([id, key ?? null, key === undefined ? "" : keyText(key)]);
}

/** How the cells of a function begin, and nobody else's. */
export function throttlePrefix(id: FunctionId): string {
  return `${PREFIX}[${JSON.stringify(id)},`;
}

/** Whose throttled cell it is. */
export function functionOfThrottle(cell: CellKey): FunctionId {
  return (JSON.parse(cell.slice(PREFIX.length)) as [FunctionId])[0];
}

export function isThrottle(cell: CellKey): boolean {
  return cell.startsWith(PREFIX);
}

/** The pace of a cell by the latest configuration; null: nothing is throttled any more. */
export function paceOfCell(
  cell: CellKey,
  configOf: (id: FunctionId) => FunctionConfig | undefined,
): Pace | null {
  const [id, key] = JSON.parse(cell.slice(PREFIX.length)) as [FunctionId, string | null, string];
  const rule = configOf(id)?.throttle;
  return rule === undefined || (rule.key ?? null) !== key ? null : throttlePace(rule);
}

/** A fresh key admits `limit + burst` at once; `limit` 0 is 1; fractions of a second are cut off (semantics §12). */
export function throttlePace({ limit, periodMs, burst }: ThrottleRule): Pace {
  const perPeriod = Math.max(1, limit);
  const everyMs = (Math.floor(periodMs / 1000) * 1000) / perPeriod;
  return { everyMs, aheadMs: (perPeriod + burst - 1) * everyMs };
}
