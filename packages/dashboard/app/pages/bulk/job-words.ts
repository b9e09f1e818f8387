/** A bulk job in words and shares. Pure. */
import type { BulkJob, BulkVerb } from "@stepwell/api/dashboard";

export function titleOf({ action, total }: Pick<BulkJob, "action" | "total">): string {
  const count = total === 1 ? "1 run" : `${total.toLocaleString("en-US")} runs`;
  return action === "cancel" ? `Cancel ${count}` : `Rerun ${count}`;
}

/** What it was made from. */
export function targetOf({ q }: Pick<BulkJob, "q">): string {
  if (q === null) return "Runs that were chosen one by one";
  return q === "" ? "All runs there were" : q;
}

export interface Progress {
  /** Runs that are dealt with. */
  handled: number;
  /** 0 to 1. */
  share: number;
  /** Milliseconds until the end at this rate; null: it is not going on. */
  leftMs: number | null;
}

export function progressOf({ done, skipped, failed, total, rate, status }: BulkJob): Progress {
  const handled = done + skipped + failed;
  return {
    handled,
    share: total === 0 ? 1 : Math.min(1, handled / total),
    leftMs: status === "running" ? (Math.max(0, total - handled) / Math.max(1, rate)) * 1000 : null,
  };
}

export function isOver({ status }: Pick<BulkJob, "status">): boolean {
  return status === "done" || status === "undone" || status === "cancelled";
}

/** What can be done with it now, the main thing last. */
export function verbsOf({ status }: Pick<BulkJob, "status">): BulkVerb[] {
  switch (status) {
    case "undoable":
      return ["undo"];
    case "running":
      return ["cancel", "pause"];
    case "paused":
      return ["cancel", "resume"];
    default:
      return [];
  }
}
