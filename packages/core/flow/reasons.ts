/**
 * Why a run does not go on: what it waits for, who holds that, and when it will go on where that can be
 * known. Derived from rows when somebody asks; nothing of it is stored (hard-parts.md §1).
 */
import type { FunctionRow } from "../model/function.ts";
import type { CellKey, LaneId, RunId, StepHash, WakeId } from "../model/ids.ts";
import type { Instant } from "../model/moment.ts";
import type { CallSpec, CellRow, LaneRow, LeaseRow, WakeJob, WakeRow } from "../model/queue.ts";
import type { ErrorJson, HistoryRow, OpenOp, RunRow, RunState } from "../model/run.ts";
import { type Held, heldReason } from "./held.ts";
import { counted, timeWords } from "./words.ts";

/** The most limiting first. */
const ORDER = [
  "pause",
  "concurrency",
  "throttle",
  "queue",
  "start",
  "retry",
  "request",
  "event",
  "signal",
  "invoke",
  "sleep",
  "app",
] as const;
export type ReasonGate = (typeof ORDER)[number];

/** One thing that a run waits for. */
export interface Reason {
  gate: ReasonGate;
  /** The step as its user named it; null: the start of the run, or code between steps. */
  step: string | null;
  /** When it goes on; null: that cannot be known. */
  until: Instant | null;
  /** `exact`: then. `earliest`: not before. `latest`: then at the latest, earlier if what it waits for comes. */
  untilIs: "exact" | "earliest" | "latest" | null;
  /** All of it in words. */
  message: string;
  /** Of concurrency and throttle: the limit that is used up. */
  held?: Held;
  /** Runs of the same function and keys that come first. */
  ahead?: number;
  retry?: { attempt: number; maxAttempts: number; error: string | null };
  /** Of a wait: the event's name, or the signal, and the expression. */
  awaits?: { name: string; expression: string | null };
  /** Of an invoke: the function, the event that starts its run, and that run from when it exists. */
  invoked?: { functionId: string; eventId: string | null; runId: RunId | null };
}

/** All that the rows say about a run that has not ended. */
export interface SeenWaiting {
  run: RunRow;
  state: RunState;
  fn: FunctionRow | undefined;
  history: readonly HistoryRow[];
  wakes: readonly WakeRow[];
  /** Live leases of the run. */
  leases: readonly LeaseRow[];
  /** Of the run's queued wakes: the lanes that have a row, and how many wakes come before each. */
  lanes: ReadonlyMap<LaneId, LaneRow>;
  ahead: ReadonlyMap<WakeId, number>;
  /** The cells that these lanes are blocked on, and who holds them. */
  cells: ReadonlyMap<CellKey, CellRow>;
  holders: ReadonlyMap<CellKey, readonly LeaseRow[]>;
  /** Calls to apps that this server makes now, and can make at once. */
  calls: { inFlight: number; most: number };
  now: Instant;
}

/** What the run waits for, the most limiting first; empty: it has ended, or is between two commits. */
export function reasonsOf(seen: SeenWaiting): Reason[] {
  const reasons = [
    ...seen.wakes.flatMap((wake) => ofWake(wake, seen)),
    ...Object.entries(seen.state.open).flatMap(([id, op]) => ofOp(id, op, seen)),
    ...seen.leases.filter(({ node }) => node !== "").map((lease) => ofLease(lease, seen)),
  ];
  return reasons.sort((a, b) => ORDER.indexOf(a.gate) - ORDER.indexOf(b.gate));
}

function ofWake(wake: WakeRow, seen: SeenWaiting): Reason[] {
  const { job } = wake;
  if (job.kind === "call") return [queued(wake, job, seen)];
  if (job.kind === "later-call") return [delayed(wake, job, seen)];
  if (job.kind !== "fetch" || job.attempt === 0 || wake.dueAt <= seen.now) return [];
  const retry = { attempt: job.attempt + 1, maxAttempts: seen.fn?.config.maxAttempts ?? 0, error: null };
  return [
    {
      gate: "retry",
      step: nameOf(job.step, seen),
      until: wake.dueAt,
      untilIs: "exact",
      retry,
      message: `its request failed; attempt ${retry.attempt} of ${retry.maxAttempts} is at ${timeWords(wake.dueAt)}`,
    },
  ];
}

/** In a lane: held by a cell, or in the queue for a worker. */
function queued(wake: WakeRow, { call }: Extract<WakeJob, { kind: "call" }>, seen: SeenWaiting): Reason {
  const step = stepOf(call, seen);
  const ahead = seen.ahead.get(wake.id) ?? 0;
  const behind = ahead === 0 ? "" : `; ${counted(ahead, "call")} of the same function and keys before it`;
  const blocked = seen.lanes.get(wake.lane ?? "")?.blocked ?? null;
  const held = blocked === null ? null : heldReason(blocked, ahead, seen);
  if (held !== null) {
    const message = `${held.message}${behind}${deadlineWords(seen)}`;
    return { ...held, step, ahead, message };
  }
  const { inFlight, most } = seen.calls;
  const what =
    inFlight >= most
      ? `every worker of the server is busy (--queue-workers ${most})`
      : "it is in the queue and about to be called";
  return {
    gate: "queue",
    step,
    until: null,
    untilIs: null,
    ahead,
    message: `${what}${behind}${deadlineWords(seen)}`,
  };
}

/** `timeouts.start` counts while a run waits for its first call (semantics §6.9). */
function deadlineWords({ run, wakes }: SeenWaiting): string {
  const deadline = wakes.find(({ job }) => job.kind === "deadline" && job.which === "start");
  if (deadline === undefined || run.status !== "queued") return "";
  return `; if it has not started by ${timeWords(deadline.dueAt)}, it is cancelled (timeouts.start)`;
}

/** A call that has its time: a delayed start, or a retry. */
function delayed(
  wake: WakeRow,
  { call }: Extract<WakeJob, { kind: "later-call" }>,
  seen: SeenWaiting,
): Reason {
  const step = stepOf(call, seen);
  const base = { step, until: wake.dueAt, untilIs: "exact" as const };
  if (call.attempt === 0 && seen.run.status === "queued") {
    const why =
      seen.fn?.config.priority === undefined
        ? "the time of its event (`ts`) lies in the future"
        : "its event's time (`ts`) or its priority puts it off";
    const message = `it starts at ${timeWords(wake.dueAt)}: ${why}`;
    return { gate: "start", ...base, untilIs: "earliest", message };
  }
  const maxAttempts = seen.fn?.config.maxAttempts ?? 0;
  const failed = lastFailure(call.target, seen.history);
  const error = failed?.error ?? null;
  const said = error === null ? "" : `: ${error}`;
  return {
    gate: "retry",
    ...base,
    step: step ?? failed?.step ?? null,
    retry: { attempt: call.attempt + 1, maxAttempts, error },
    message: `attempt ${call.attempt} of ${maxAttempts} failed${said}; the next one is at ${timeWords(wake.dueAt)}`,
  };
}

/** A step that failed in a discovery call is tried again by another one, which has no target. */
function lastFailure(
  target: StepHash | null,
  history: readonly HistoryRow[],
): { step: string | null; error: string } | null {
  const last = history.findLast(({ kind, step }) =>
    target === null
      ? kind === "step.retrying" || kind === "request.failed"
      : kind === "step.retrying" && step === target,
  );
  if (last === undefined) return null;
  const { name, error } = last.data as { name?: string; error?: ErrorJson };
  const step = last.kind === "step.retrying" && name !== undefined ? name : null;
  return { step, error: String(error?.message ?? "").slice(0, 300) };
}

/** Waits, sleeps and invokes are open ops of the run; a planned step is a wake or a lease. */
function ofOp(id: StepHash, op: OpenOp, seen: SeenWaiting): Reason[] {
  const step = nameOf(id, seen);
  const until = op.until ?? null;
  const over = until === null ? "" : `, at the latest until ${timeWords(until)}`;
  const base = { step, until, untilIs: until === null ? null : ("latest" as const) };
  switch (op.op) {
    case "StepPlanned":
      return [];
    case "Sleep":
      return [
        {
          gate: "sleep",
          ...base,
          untilIs: until === null ? null : "exact",
          message: until === null ? "it sleeps" : `it sleeps until ${timeWords(until)}`,
        },
      ];
    case "WaitForEvent": {
      const expression = waitExpression(id, seen.history);
      const when = expression === null ? "" : ` with ${expression}`;
      const message = `it waits for an event ${JSON.stringify(op.name)}${when}${over}`;
      return [{ gate: "event", ...base, awaits: { name: op.name, expression }, message }];
    }
    case "WaitForSignal": {
      const message = `it waits for the signal ${JSON.stringify(op.name)}${over}`;
      return [{ gate: "signal", ...base, awaits: { name: op.name, expression: null }, message }];
    }
    case "InvokeFunction": {
      const invoked = { functionId: op.name, eventId: op.eventId ?? null, runId: null };
      const message = `it waits for the function ${op.name} that it has invoked${over}`;
      return [{ gate: "invoke", ...base, invoked, message }];
    }
    default: {
      // While its retry waits for its time, that is the reason.
      const retries = seen.wakes.some(
        ({ job, dueAt }) => job.kind === "fetch" && job.step === id && dueAt > seen.now,
      );
      return retries
        ? []
        : [{ gate: "request", ...base, message: "the server makes the request of this step" }];
    }
  }
}

function waitExpression(step: StepHash, history: readonly HistoryRow[]): string | null {
  const row = history.findLast((one) => one.kind === "step.waiting" && one.step === step);
  const expression = row?.data["expression"];
  return typeof expression === "string" ? expression : null;
}

function ofLease({ call, at }: LeaseRow, seen: SeenWaiting): Reason {
  const step = stepOf(call, seen);
  const what = step === null ? "the function" : `step ${JSON.stringify(step)}`;
  const again = call.attempt === 0 ? "" : ` (attempt ${call.attempt + 1})`;
  return {
    gate: "app",
    step,
    until: null,
    untilIs: null,
    message: `the app has been running ${what}${again} since ${timeWords(at)}`,
  };
}

function stepOf({ target }: CallSpec, seen: SeenWaiting): string | null {
  return target === null ? null : nameOf(target, seen);
}

function nameOf(step: StepHash, { state }: SeenWaiting): string {
  const op = state.open[step];
  return op?.userland?.id ?? op?.displayName ?? step;
}
