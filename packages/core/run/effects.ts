/** What a decision about a run wants done. The shell turns the list into rows (`record.ts`); nothing else acts on it. */
import type { NewEvent } from "../model/event.ts";
import type { EventId, FunctionId, RunId, StepHash, WaitId, WakeId } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { DurationMs, Instant } from "../model/moment.ts";
import type { CallSpec, LeaseRow, WaitPathRow, WaitRow, WakeJob, WakeRow } from "../model/queue.ts";
import type { EndStatus, HistoryRow, RunRow, RunState, StepRow } from "../model/run.ts";

export type Effect =
  | { do: "start" }
  | { do: "storeStep"; step: StepRow; result: Json }
  | { do: "note"; kind: HistoryRow["kind"]; step: StepHash | null; data: JsonObject }
  /** The next request: queued now, or a later wake when `dueAt` is set. */
  | { do: "call"; call: CallSpec; dueAt: Instant | null; score: number }
  /** A wake of this run that only has a due time. */
  | { do: "later"; job: WakeJob; dueAt: Instant }
  | { do: "dropWake"; wakeId: WakeId }
  | { do: "wait"; row: Omit<WaitRow, "seq">; paths: WaitPathRow[] }
  | { do: "dropWait"; waitId: WaitId }
  /** An event whose child run is started by a wake of its own, and which others may listen to. */
  | { do: "invoke"; event: NewEvent; functionId: FunctionId; route: boolean }
  /** Wakes the run that invoked this one. */
  | { do: "tellParent"; parent: RunId; step: StepHash; eventId: EventId }
  /** Keeps something of the run under a name, beside its steps; null takes it away again. */
  | { do: "keep"; name: string; value: Json }
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
  timeouts: { startMs?: DurationMs; finishMs?: DurationMs };
  /** Replaces the retry table when set. */
  retryIntervalMs: DurationMs | null;
  /** The trigger events as JSON, for lifecycle events and frozen expressions. */
  trigger: { event: Json; events: Json[] };
  /** Does any function listen to this internal event? If neither it nor a wait does, it needs no routing. */
  listened: (eventName: string) => boolean;
  /** The function of this slug or id that can be invoked; null: there is none. */
  invocable: (slugOrId: string) => FunctionId | null;
  /** Event names that something waits for, each with the paths of its anchors; locked by the commit. */
  awaited: ReadonlyMap<string, readonly string[]>;
  /** Who waits for the signals of this answer; locked by the commit. */
  signals: ReadonlyMap<string, readonly WaitRow[]>;
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
