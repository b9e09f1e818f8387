/**
 * Tells listeners what a commit has touched, once it is durable: what the live pages follow. It is a hint and
 * no more: nothing may rely on it, and a process hears of its own commits only.
 */
import type { Change, RunId } from "@stepwell/core";
import type { LogEntry } from "./engine-port.ts";

/** What one commit has touched. */
export interface Touched {
  runs: readonly RunId[];
  /** How many events were stored, the server's own left out. */
  events: number;
  /** Apps or functions were written. */
  functions: boolean;
  /** Bulk jobs that were written. */
  bulk: readonly string[];
}

export interface ChangeFeed {
  /** Returns the unsubscribe. */
  listen(listener: (touched: Touched) => void): () => void;
  /** Somebody listens: only then is it worth looking at what was written. */
  readonly followed: boolean;
  tell(write: readonly Change[]): void;
}

/** @param log is told of a listener that throws: what it hears of is written, so its bug is nobody else's */
export function createChangeFeed(log: (entry: LogEntry) => void): ChangeFeed {
  const listeners = new Set<(touched: Touched) => void>();
  return {
    listen(listener) {
      const own = (touched: Touched): void => listener(touched);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    get followed() {
      return listeners.size > 0;
    },
    tell(write) {
      const touched = touchedBy(write);
      if (touched === null) return;
      for (const listener of listeners)
        try {
          listener(touched);
        } catch (bug) {
          log({ level: "error", event: "changes.bug", message: `a listener of changes: ${String(bug)}` });
        }
    },
  };
}

/** Null: nothing that anybody can see. */
export function touchedBy(write: readonly Change[]): Touched | null {
  const runs = new Set<RunId>();
  const bulk = new Set<string>();
  let events = 0;
  let functions = false;
  for (const change of write) {
    if ("insert" in change) {
      if (change.insert === "runs") runs.add(change.row.id);
      else if (change.insert === "steps" || change.insert === "history") runs.add(change.row.runId);
      else if (change.insert === "events" && !change.row.internal) events += 1;
      else if (change.insert === "bulkJobs") bulk.add(change.row.id);
    } else if ("update" in change) {
      if (change.update === "runs") runs.add(change.key.id);
      else if (change.update === "bulkJobs") bulk.add(change.key.id);
      else if (change.update === "apps" || change.update === "functions") functions = true;
    } else if ("put" in change) functions ||= change.put === "apps" || change.put === "functions";
  }
  if (runs.size === 0 && bulk.size === 0 && events === 0 && !functions) return null;
  return { runs: [...runs], events, functions, bulk: [...bulk] };
}
