/** Acting on many runs: preview, confirm, undo, progress. */
import type { Count, FunctionName } from "./answer.ts";
import type { RunLine, RunStatusWord } from "./runs.ts";

export const bulkActions = ["cancel", "rerun"] as const;
export type BulkAction = (typeof bulkActions)[number];

export interface BulkPreviewBody {
  action: BulkAction;
  /** The filter of the run list, or `ids`. */
  q?: string;
  ids?: string[];
}

export interface BulkPreview {
  action: BulkAction;
  /** To be given back when confirmed, within 10 minutes. */
  token: string;
  /** Runs that would be acted on; never more are. */
  total: Count;
  byStatus: { status: RunStatusWord; count: number }[];
  byFunction: { function: FunctionName; count: number }[];
  samples: RunLine[];
  oldest: string | null;
  newest: string | null;
  /** Runs of the filter that cannot be acted on, and why. */
  excluded: { count: number; why: string }[];
}

export interface BulkStartBody {
  token: string;
  /** Runs per second, 1 to 100; default 10. */
  rate?: number;
  /** Must equal the total when that is over 100. */
  confirmCount?: number;
}

export const bulkStatuses = ["undoable", "running", "paused", "done", "undone", "cancelled"] as const;
/** `undoable`: nothing has been done yet, until `startsAt`. */
export type BulkStatus = (typeof bulkStatuses)[number];

export interface BulkJob {
  id: string;
  action: BulkAction;
  status: BulkStatus;
  /** The filter that it was made from; null: chosen runs. */
  q: string | null;
  rate: number;
  total: number;
  done: number;
  /** Had ended meanwhile, or were gone. */
  skipped: number;
  failed: number;
  /** The newest 20 failures. */
  errors: { runId: string; message: string }[];
  createdBy: string;
  createdAt: string;
  startsAt: string;
  endedAt: string | null;
}

export const bulkVerbs = ["undo", "pause", "resume", "cancel"] as const;
/** Asked again, a verb answers the job as it is. */
export type BulkVerb = (typeof bulkVerbs)[number];
