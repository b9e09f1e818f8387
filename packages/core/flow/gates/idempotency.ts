/** One run per function and external event id for 24 hours (semantics §5.1): always a gate, of every function. */
import type { FunctionId, RunId } from "../../model/ids.ts";
import type { Instant } from "../../model/moment.ts";
import type { GateCellRow } from "../../model/queue.ts";

const DAY_MS = 86_400_000;

/** @param value the external event id; for a cron tick the scheduled second */
export function idempotencyKey(functionId: FunctionId, value: string): string {
  return `idempotency:${functionId}:${value}`;
}

/** A tick's value: two expressions of one function that fire at the same second make one run (T-10). */
export function tickValue(scheduledAt: Instant): string {
  return `cron:${Math.floor(scheduledAt / 1000)}`;
}

export function isTaken(cell: GateCellRow | undefined, now: Instant): boolean {
  return cell !== undefined && (cell.expiresAt === null || cell.expiresAt > now);
}

export function take(key: string, runId: string, now: Instant): GateCellRow {
  return { key, state: { v: 1, runId }, expiresAt: now + DAY_MS };
}

/** The run that has taken the key; null: it is not known any more. */
export function holderOf({ state }: GateCellRow): RunId | null {
  const { runId } = (state ?? {}) as { runId?: RunId };
  return runId ?? null;
}
