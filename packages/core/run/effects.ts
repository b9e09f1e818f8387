/** What a decision about a run wants done. The shell turns the list into rows (`record.ts`); nothing else acts on it. */
import type { NewEvent } from "../model/event.ts";
import type { RunId, StepHash, WakeId } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { DurationMs, Instant } from "../model/moment.ts";
import type { CallSpec, LeaseRow, WakeRow } from "../model/queue.ts";
import type { EndStatus, HistoryRow, RunRow, RunState, StepRow } from "../model/run.ts";

export type Effect =
  | { do: "start" }
  | { do: "storeStep"; step: StepRow; result: Json }
  | { do: "note"; kind: HistoryRow["kind"]; step: StepHash | null; data: JsonObject }
  /** The next request: queued now, or a later wake when `dueAt` is set. */
  | { do: "call"; call: CallSpec; dueAt: Instant | null; score: number }
  | { do: "sleep"; step: StepHash; until: Instant }
  | { do: "dropWake"; wakeId: WakeId }
  | { do: "send"; event: NewEvent; route: boolean }
  | { do: "end"; status: EndStatus; output: Json };

/** A run as its commit sees it; the store's `RunSlice` has this shape. */
export interface SeenRun {
  run: RunRow;
  state: RunState | null;
  steps: ReadonlyMap<StepHash, StepRow>;
  wakes: readonly WakeRow[];
}

/** What a decision needs beside the rows: configuration, limits, and the trigger, which never changes. */
export interface About {
  runId: RunId;
  /** Slug for lifecycle events. */
  slug: string;
  /** Of the latest synced configuration (semantics §8.3). */
  maxAttempts: number;
  maxSteps: number;
  maxStateBytes: number;
  /** Replaces the retry table when set. */
  retryIntervalMs: DurationMs | null;
  /** The trigger events as JSON, for lifecycle events. */
  trigger: { event: Json; events: Json[] };
  /** Does any function listen to this internal event? If not, it is stored but needs no routing. */
  listened: (eventName: string) => boolean;
  /** The lease the answer came back on; null for wakes and cancels. */
  lease: LeaseRow | null;
}

/** A decision in the making: the state it will leave behind and the effects so far. */
export interface Draft {
  readonly seen: SeenRun;
  readonly state: RunState;
  readonly effects: Effect[];
  ended: boolean;
}
