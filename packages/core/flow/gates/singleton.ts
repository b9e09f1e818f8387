/**
 * Singleton: one unfinished run per key (semantics §6.8). Nobody gives the lock back: whoever comes next
 * reads the status of the run that the cell names, and takes over when it has ended.
 */
import type { FunctionConfig, SingletonRule } from "../../model/function.ts";
import type { FunctionId, RunId } from "../../model/ids.ts";
import type { JsonObject } from "../../model/json.ts";
import type { GateCellRow } from "../../model/queue.ts";
import { hasEnded, type RunStatus } from "../../model/run.ts";

/** @param key the evaluated key; null: no singleton for this event */
export function singletonCell(
  id: FunctionId,
  { singleton }: FunctionConfig,
  key: string | null,
): string | null {
  return singleton === undefined || key === null ? null : `singleton:${id}:${singleton.key ?? ""}:${key}`;
}

export type SingletonVerdict =
  | { is: "admit" }
  | { is: "skip"; existing: RunId }
  /** The holder must be cancelled before this one may start. */
  | { is: "cancelFirst"; holder: RunId };

/** @param cancelled the run that was cancelled for this event already: another one that holds the lock now has won */
export function judgeSingleton(
  rule: SingletonRule,
  row: GateCellRow | undefined,
  holderStatus: RunStatus | undefined,
  cancelled: RunId | null,
): SingletonVerdict {
  const holder = row === undefined ? null : runIdOf(row);
  if (holder === null || holderStatus === undefined || hasEnded(holderStatus)) return { is: "admit" };
  if (rule.mode === "cancel" && cancelled === null) return { is: "cancelFirst", holder };
  return { is: "skip", existing: holder };
}

/** The cell of a run that has the lock now. */
export function singletonHeld(cell: string, runId: RunId): GateCellRow {
  return { key: cell, state: { v: 1, runId }, expiresAt: null };
}

function runIdOf(row: GateCellRow): RunId | null {
  const { runId } = row.state as JsonObject;
  return typeof runId === "string" ? runId : null;
}
