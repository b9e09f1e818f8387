/**
 * Concurrency: a cell for one limit and one key value; a call names the cells it uses on its lease, and a
 * run its cells on a lease of its own (semantics §6.2). Keys are fixed when the run is created, the number
 * comes from the latest sync.
 */
import type { ConcurrencyLimit, FunctionConfig } from "../../model/function.ts";
import type { CellKey, FunctionId } from "../../model/ids.ts";

type Scope = ConcurrencyLimit["scope"];
type Level = "step" | "run";

/** The cells that calls (or the run itself) use, narrowest first. `keyText` evaluates a key over the run's event. */
export function concurrencyCells(
  functionId: FunctionId,
  config: Pick<FunctionConfig, "concurrency">,
  keyText: (expression: string) => string,
  level: Level = "step",
): CellKey[] {
  return config.concurrency
    .filter((limit) => limit.limit > 0 && (limit.level ?? "step") === level)
    .map((limit) => ({
      scope: limit.scope,
      key: limit.key ?? null,
      value: limit.key === undefined ? "" : keyText(limit.key),
    }))
    .sort((a, b) => width(a) - width(b))
    .map(({ scope, key, value }) => cellKey(functionId, scope, key, value, level));
}

/** Keyed before unkeyed, the function's own before shared ones. */
function width({ scope, key }: { scope: Scope; key: string | null }): number {
  return (scope === "fn" ? 0 : 2) + (key === null ? 1 : 0);
}

/** Shared counters are named by scope and value alone, whatever expression gave the value. */
function cellKey(id: FunctionId, scope: Scope, key: string | null, value: string, level: Level): CellKey {
  if (scope !== "fn") return `${scope}:${JSON.stringify(value)}`;
  const name = JSON.stringify([id, key, value]);
  return level === "run" ? `run:${name}` : name;
}

/** A limit that counts runs: its slot is held until the run ends. */
export function isRunCell(cell: CellKey): boolean {
  return cell.startsWith("run:");
}

/** Counted over all functions that share it. */
export function isShared(cell: CellKey): boolean {
  return cell.startsWith("env:") || cell.startsWith("account:");
}

/** Does the function have a limit whose counter others share? Then they are all claimed under one lock. */
export function hasSharedLimit(config: Pick<FunctionConfig, "concurrency">): boolean {
  return config.concurrency.some((limit) => limit.limit > 0 && limit.scope !== "fn");
}

/**
 * The latest limit of a cell for a function; Infinity when its configuration no longer has it. Each function
 * applies its own number to a shared counter.
 */
export function cellLimit(
  cell: CellKey,
  functionId: FunctionId,
  configOf: (id: FunctionId) => FunctionConfig | undefined,
): number {
  const limits = configOf(functionId)?.concurrency ?? [];
  const numbers = limits.filter((limit) => limit.limit > 0 && isOf(limit, cell)).map(({ limit }) => limit);
  return numbers.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...numbers);
}

function isOf(limit: ConcurrencyLimit, cell: CellKey): boolean {
  if (limit.scope !== "fn") return cell.startsWith(`${limit.scope}:`);
  if (isShared(cell) || isRunCell(cell) !== (limit.level === "run")) return false;
  const [, key] = JSON.parse(isRunCell(cell) ? cell.slice(4) : cell) as [string, string | null, string];
  return (limit.key ?? null) === key;
}

/** What a cell stands for in a function's latest configuration; null: nothing any more. */
export function limitOfCell(
  cell: CellKey,
  config: Pick<FunctionConfig, "concurrency">,
): { limit: ConcurrencyLimit; value: string } | null {
  const limits = config.concurrency.filter((one) => one.limit > 0 && isOf(one, cell));
  const [limit] = limits.sort((a, b) => a.limit - b.limit);
  if (limit === undefined) return null;
  if (isShared(cell)) return { limit, value: JSON.parse(cell.slice(limit.scope.length + 1)) as string };
  const [, , value] = JSON.parse(isRunCell(cell) ? cell.slice(4) : cell) as [string, string | null, string];
  return { limit, value };
}

/** The function whose own cell it is. */
export function ownerOf(cell: CellKey): FunctionId {
  const [id] = JSON.parse(isRunCell(cell) ? cell.slice(4) : cell) as [FunctionId];
  return id;
}
