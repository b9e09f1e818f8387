/** Run commits: each re-reads the run and the lease under lock, decides, and writes the rows. */
import {
  type About,
  type Answer,
  begin,
  type Change,
  decide,
  type Json,
  type JsonObject,
  type LeaseRow,
  LIFECYCLE_EVENTS,
  type Moment,
  type Op,
  type RunInput,
  type RunRow,
  record,
  runLeaseId,
  type WaitRow,
  type WakeRow,
  type WireEvent,
} from "@stepwell/core";
import type { Decision, RunSlice } from "@stepwell/store";
import { type Acted, type Along, allowedAlong, askAlong, writtenAlong } from "./along.ts";
import type { Context } from "./context.ts";
import { asWire } from "./wire-events.ts";

export const MAX_STATE_BYTES: number = 32 * 1024 * 1024;

/** What came of an input, for the log. `stale`: the lease was not ours any more, nothing was written. */
export type Settled = "stale" | "running" | "completed" | "failed" | "cancelled" | "ended-before";

/** The answer to a call. Without a live lease of that token nothing is written: the fence. */
export function settle(
  context: Context,
  lease: LeaseRow,
  trigger: WireEvent[],
  answer: Answer,
): Promise<Settled> {
  const ops = answer.is === "planned" ? answer.ops : [];
  return onLease(context, lease, trigger, ops, { is: "answered", answer });
}

/** A call whose node is gone: the same call queues again. */
export function settleLost(context: Context, lease: LeaseRow): Promise<Settled> {
  return onLease(context, lease, [], [], { is: "lost" });
}

function onLease(
  context: Context,
  lease: LeaseRow,
  trigger: WireEvent[],
  ops: Op[],
  input: RunInput,
): Promise<Settled> {
  const ask = { ...askOf(lease.runId, ops), lease: lease.id };
  return context.commit(ask, (seen, moment): Decision<Settled> => {
    const held = seen.lease;
    if (held === null || held.freed || held.node !== lease.node) return { write: [], reply: "stale" };
    if (seen.run === null || seen.run.state === null) {
      // Granted after the run's end, its start took a slot among the runs that no later commit would free.
      const ids = [lease.id, runLeaseId(lease.runId)];
      const write = ids.map((id) => ({ update: "leases" as const, key: { id }, set: { freed: true } }));
      return { write, reply: "ended-before" };
    }
    return conclude(context, { ...seen, run: seen.run, lease: held }, input, trigger, moment);
  });
}

/**
 * What a call that goes on has finished so far (wire.md §7). The lease stays: nothing is freed here.
 * @param generation of the dispatch that sends it; null: the SDK does not say
 */
export function settleCheckpoint(
  context: Context,
  lease: LeaseRow,
  generation: number | null,
  trigger: WireEvent[],
  ops: Op[],
): Promise<Settled> {
  const ask = { ...askOf(lease.runId, ops), lease: lease.id };
  return context.commit(ask, (seen, moment): Decision<Settled> => {
    const held = seen.lease;
    if (held === null || held.freed || held.runId !== lease.runId) return { write: [], reply: "stale" };
    if (generation !== null && generation < held.call.generation) return { write: [], reply: "stale" };
    if (seen.run === null || seen.run.state === null) return { write: [], reply: "ended-before" };
    const input: RunInput = { is: "checkpointed", ops };
    const { write, reply } = concluded(
      context,
      { ...seen, run: seen.run, lease: held },
      input,
      trigger,
      moment,
    );
    return { write: record(seen.run, write, null, moment), reply };
  });
}

/** A signal for the wait that was read without a lock: `stale` when that wait is no longer there. */
export async function settleSignal(
  context: Context,
  wait: WaitRow,
  step: string,
  data: Json,
): Promise<Settled> {
  const { runId, name } = wait;
  const trigger = await triggerOf(context, runId);
  const ask = { run: { runId, steps: [step] }, awaited: LIFECYCLE_EVENTS, signals: [name] };
  return context.commit(ask, (seen, moment): Decision<Settled> => {
    const { run } = seen;
    const stillWaits = seen.signals.get(name)?.some(({ id }) => id === wait.id) ?? false;
    if (!stillWaits) return { write: [], reply: "stale" };
    // A wait that has outlived its run is nobody's: it goes, so that the next look does not find it again.
    if (run === null || run.state === null)
      return { write: [{ remove: "waits", key: { id: wait.id } }], reply: "stale" };
    const input: RunInput = { is: "signalled", step, signal: name, data };
    return conclude(context, { ...seen, run, lease: null }, input, trigger, moment);
  });
}

/**
 * Something that is no answer to a call has happened to a run: a wake, an event, a signal, a cancel.
 * @param along goes into the same commit; `called-off`: it has, and nothing was written
 */
export async function settleInput(
  context: Context,
  runId: string,
  input: RunInput,
  along?: Along,
): Promise<Settled | "unknown" | "called-off"> {
  const trigger = await triggerOf(context, runId);
  const steps = "step" in input && input.step !== null ? [input.step] : [];
  const ask = {
    run: { runId, steps },
    awaited: LIFECYCLE_EVENTS,
    ...("wakeId" in input ? { wake: input.wakeId } : {}),
    ...askAlong(along),
  };
  return context.commit(ask, (seen, moment): Decision<Settled | "unknown" | "called-off"> => {
    const { run, bulkJob } = seen;
    if (!allowedAlong(along, bulkJob, moment)) return { write: [], reply: "called-off" };
    const beside = (acted: Acted): Change[] => writtenAlong(along, bulkJob, acted, moment);
    if (run === null || run.state === null)
      return {
        write: [...leftOver(seen.wake), ...beside({ is: "ended" })],
        reply: run === null ? "unknown" : "ended-before",
      };
    const about = { ...seen, run, lease: null, signals: new Map() };
    const { write, reply } = conclude(context, about, input, trigger, moment);
    return { write: [...write, ...beside({ is: "done", newRunId: null })], reply };
  });
}

/** Nobody else takes away a wake that came after the run's end, or whose run is not there. */
function leftOver(wake: WakeRow | null | undefined): Change[] {
  return wake === null || wake === undefined || wake.lane !== null
    ? []
    : [{ remove: "wakes", key: { id: wake.id } }];
}

/** Ends a run from outside; an ended one stays as it is. */
export async function cancelRun(
  context: Context,
  runId: string,
  cause: string,
): Promise<"cancelled" | "ended" | "unknown"> {
  const settled = await settleInput(context, runId, { is: "cancelled", cause });
  if (settled === "unknown" || settled === "cancelled") return settled;
  return "ended";
}

/**
 * The same with something in the same commit, which may call it off.
 * @returns false: called off, and nothing was written
 */
export async function cancelAlong(
  context: Context,
  runId: string,
  cause: string,
  along: Along,
): Promise<boolean> {
  return (await settleInput(context, runId, { is: "cancelled", cause }, along)) !== "called-off";
}

/** The first request of a run begins (L-4). */
export function beginRun(context: Context, runId: string): Promise<void> {
  return context.commit({ run: { runId, steps: [] } }, (seen, moment) => {
    const run = seen.run;
    if (run === null || run.state === null) return { write: [], reply: undefined };
    const timeouts = context.registry.fn(run.run.functionId)?.config.timeouts ?? {};
    const effects = begin(run, { timeouts }, moment);
    return { write: record(run, { effects, state: run.state }, null, moment), reply: undefined };
  });
}

/** What a commit over a run asks for beside the run: who waits for the events and signals it may make. */
function askOf(
  runId: string,
  ops: Op[],
): { run: { runId: string; steps: string[] }; awaited: string[]; signals: string[] } {
  const events = ops.flatMap((op) => (op.op === "WaitForEvent" ? [op.event] : []));
  const invokes = ops.some((op) => op.op === "InvokeFunction") ? ["inngest/function.invoked"] : [];
  return {
    run: { runId, steps: ops.map((op) => op.id) },
    awaited: [...LIFECYCLE_EVENTS, ...invokes, ...events],
    signals: ops.flatMap((op) => (op.op === "WaitForSignal" ? [op.signal] : [])),
  };
}

interface SeenCommit {
  run: RunSlice;
  lease: LeaseRow | null;
  awaited: ReadonlyMap<string, readonly string[]>;
  signals: ReadonlyMap<string, readonly WaitRow[]>;
}

function conclude(
  context: Context,
  seen: SeenCommit,
  input: RunInput,
  trigger: WireEvent[],
  moment: Moment,
): Decision<Settled> {
  const { write, reply } = concluded(context, seen, input, trigger, moment);
  return { write: record(seen.run, write, seen.lease, moment), reply };
}

function concluded(
  context: Context,
  seen: SeenCommit,
  input: RunInput,
  trigger: WireEvent[],
  moment: Moment,
): { write: ReturnType<typeof decide>; reply: Settled } {
  const decision = decide(seen.run, input, aboutOf(context, seen, trigger), moment);
  const end = decision.effects.find((effect) => effect.do === "end");
  return { write: decision, reply: end?.status ?? "running" };
}

function aboutOf(context: Context, seen: SeenCommit, trigger: WireEvent[]): About {
  const { options, registry } = context;
  const { run } = seen.run;
  const config = registry.fn(run.functionId)?.config;
  const events = trigger.map((event) => event as unknown as JsonObject);
  return {
    runId: run.id,
    slug: config?.slug ?? run.functionId,
    maxAttempts: config?.maxAttempts ?? 5,
    maxSteps: options.maxSteps,
    maxStateBytes: MAX_STATE_BYTES,
    timeouts: config?.timeouts ?? {},
    retryIntervalMs: options.retryIntervalMs,
    trigger: { event: (events[0] ?? {}) as Json, events },
    listened: registry.listened,
    invocable: registry.invocable,
    awaited: seen.awaited,
    signals: seen.signals,
    lease: seen.lease,
  };
}

async function triggerOf(context: Context, runId: string): Promise<WireEvent[]> {
  const { read } = context.options.store;
  const run = await read.run(runId);
  if (run === null) return [];
  return readTrigger(context, run);
}

/** The trigger events of a run, as apps and users see them. */
export async function readTrigger(context: Context, run: RunRow): Promise<WireEvent[]> {
  const { read } = context.options.store;
  const stored = await Promise.all(run.eventIds.map((id) => read.event(id)));
  return stored.filter((event) => event !== null).map(asWire);
}
