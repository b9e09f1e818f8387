/** Why a run never began. */
import type { RunView } from "@stepwell/api/dashboard";
import type { HistoryRow } from "@stepwell/core";

/** The reason in words, and the run in its place; null: the run was not skipped. */
export function skipOf(history: readonly HistoryRow[]): RunView["skip"] {
  const skipped = history.find(({ kind }) => kind === "run.skipped");
  if (skipped === undefined) return null;
  const { reason, existingRunId, key } = skipped.data;
  return {
    reason: skipWords(String(reason), typeof key === "string" ? key : null),
    existingRunId: typeof existingRunId === "string" ? existingRunId : null,
  };
}

/**
 * @param reason as the engine writes it
 * @param key of the singleton; null: it has none, or it is not told
 */
export function skipWords(reason: string, key: string | null = null): string {
  const ofKey = key === null ? "" : ` for the key ${JSON.stringify(key)}`;
  switch (reason) {
    case "Singleton":
      return `another run of the function${ofKey} had not ended (singleton)`;
    case "FunctionPaused":
      return "the function was paused";
    case "FunctionDrained":
      return "the function took no new runs (drained)";
    default:
      return reason;
  }
}
