/** Cells by semantics.md §6.2, §6.3 and §4.1. Their names are the one thing that is taken over from the engine. */
import type { ConcurrencyLimit, FunctionConfig, Json } from "@stepwell/core";

/** The keys of simulated functions are `event.data.k` and a constant; a missing `k` is the text `false` (§4.1). */
export const KEY = "event.data.k";
export const CONSTANT = { source: "'all'", text: "all" };

/** What a key that is always counted is as text. @param k `data.k` of the event; null: there is none */
export function keyText(source: string | undefined, k: Json): string {
  if (source === undefined) return "";
  if (source === CONSTANT.source) return CONSTANT.text;
  return k === null ? "false" : String(k);
}

/** What a rate limit or a singleton counts by; null: it does not apply to this event. */
export function limitedBy(source: string | undefined, k: Json): string | null {
  return source === KEY && k === null ? null : keyText(source, k);
}

export function isRunLevel(limit: ConcurrencyLimit): boolean {
  return limit.level === "run";
}

function nameOf(id: string, limit: ConcurrencyLimit, k: Json): string {
  const text = keyText(limit.key, k);
  if (limit.scope !== "fn") return `${limit.scope}:${JSON.stringify(text)}`;
  const name = JSON.stringify([id, limit.key ?? null, text]);
  return isRunLevel(limit) ? `run:${name}` : name;
}

/** The cells that each call of a run uses, or its start besides, sorted by name. */
export function cellsOf(id: string, config: FunctionConfig, k: Json, level: "step" | "run"): string[] {
  return config.concurrency
    .filter((limit) => isRunLevel(limit) === (level === "run"))
    .map((limit) => nameOf(id, limit, k))
    .sort();
}

export function throttleName(id: string, config: FunctionConfig, k: Json): string | null {
  const { throttle } = config;
  return throttle === undefined
    ? null
    : `throttle:${JSON.stringify([id, throttle.key ?? null, keyText(throttle.key, k)])}`;
}

/** The limit that a function's configuration puts on a cell; Infinity: none. */
export function limitOf(config: FunctionConfig | undefined, cell: string): number {
  const numbers = (config?.concurrency ?? [])
    .filter((limit) => {
      if (limit.scope !== "fn") return cell.startsWith(`${limit.scope}:`);
      if (isSharedCell(cell) || isRunLevel(limit) !== cell.startsWith("run:")) return false;
      return (limit.key ?? null) === readCell(cell).key;
    })
    .map(({ limit }) => limit);
  return Math.min(Number.POSITIVE_INFINITY, ...numbers);
}

export function isSharedCell(cell: string): boolean {
  return /^(env|account):/.test(cell);
}

/** A function's own cell. */
export function readCell(cell: string): { functionId: string; key: string | null } {
  const [functionId, key] = JSON.parse(cell.replace(/^(run|throttle):/, "")) as [string, string | null];
  return { functionId, key };
}

/** Lanes begin with the id of their function. */
export function functionOfLane(lane: string): string {
  return /^[^ :]*/.exec(lane)?.[0] ?? "";
}
