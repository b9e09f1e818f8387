/** Run commits: each re-reads the run and the lease under lock, decides, and writes the rows. */
import {
  type About,
  type Answer,
  begin,
  decide,
  type Json,
  type JsonObject,
  type LeaseRow,
  type Moment,
  type RunInput,
  type RunRow,
  record,
  type WireEvent,
} from "@stepwell/core";
import type { Decision, RunSlice } from "@stepwell/store";
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
  bytes: number,
): Promise<Settled> {
  const steps = answer.is === "planned" ? answer.ops.map((op) => op.id) : [];
  const input: RunInput = { is: "answered", answer, bytes };
  return onLease(context, lease, trigger, steps, input);
}

/** A call whose node is gone: the same call queues again. */
export function settleLost(context: Context, lease: LeaseRow): Promise<Settled> {
  return onLease(context, lease, [], [], { is: "lost" });
}

function onLease(
  context: Context,
  lease: LeaseRow,
  trigger: WireEvent[],
  steps: string[],
  input: RunInput,
): Promise<Settled> {
  const ask = { run: { runId: lease.runId, steps }, lease: lease.id };
  return context.commit(ask, (seen, moment): Decision<Settled> => {
    const held = seen.lease;
    if (held === null || held.freed || held.node !== lease.node) return { write: [], reply: "stale" };
    if (seen.run === null || seen.run.state === null)
      return {
        write: [{ update: "leases", key: { id: lease.id }, set: { freed: true } }],
        reply: "ended-before",
      };
    return conclude(context, seen.run, input, trigger, held, moment);
  });
}

/** A later wake of a run is due. */
export async function wakeRun(
  context: Context,
  runId: string,
  wakeId: string,
  step: string | null,
): Promise<Settled> {
  const trigger = await triggerOf(context, runId);
  const ask = { run: { runId, steps: step === null ? [] : [step] } };
  return context.commit(ask, (seen, moment): Decision<Settled> => {
    if (seen.run === null)
      return { write: [{ remove: "wakes", key: { id: wakeId } }], reply: "ended-before" };
    return conclude(context, seen.run, { is: "woke", wakeId }, trigger, null, moment);
  });
}

/** Ends a run from outside; an ended one stays as it is. */
export async function cancelRun(
  context: Context,
  runId: string,
  cause: string,
): Promise<"cancelled" | "ended" | "unknown"> {
  const trigger = await triggerOf(context, runId);
  const settled = await context.commit(
    { run: { runId, steps: [] } },
    (seen, moment): Decision<Settled | null> => {
      if (seen.run === null) return { write: [], reply: null };
      return conclude(context, seen.run, { is: "cancelled", cause }, trigger, null, moment);
    },
  );
  if (settled === null) return "unknown";
  return settled === "cancelled" ? "cancelled" : "ended";
}

/** The first request of a run begins (L-4). */
export function beginRun(context: Context, runId: string): Promise<void> {
  return context.commit({ run: { runId, steps: [] } }, (seen, moment) => {
    const run = seen.run;
    if (run === null || run.state === null) return { write: [], reply: undefined };
    return { write: record(run, { effects: begin(run), state: run.state }, null, moment), reply: undefined };
  });
}

function conclude(
  context: Context,
  seen: RunSlice,
  input: RunInput,
  trigger: WireEvent[],
  lease: LeaseRow | null,
  moment: Moment,
): Decision<Settled> {
  if (seen.state === null) return { write: [], reply: "ended-before" };
  const decision = decide(seen, input, aboutOf(context, seen.run, trigger, lease), moment);
  const end = decision.effects.find((effect) => effect.do === "end");
  return { write: record(seen, decision, lease, moment), reply: end?.status ?? "running" };
}

function aboutOf(context: Context, run: RunRow, trigger: WireEvent[], lease: LeaseRow | null): About {
  const { options, registry } = context;
  const config = registry.fn(run.functionId)?.config;
  const events = trigger.map((event) => event as unknown as JsonObject);
  return {
    runId: run.id,
    slug: config?.slug ?? run.functionId,
    maxAttempts: config?.maxAttempts ?? 5,
    maxSteps: options.maxSteps,
    maxStateBytes: MAX_STATE_BYTES,
    retryIntervalMs: options.retryIntervalMs,
    trigger: { event: (events[0] ?? {}) as Json, events },
    listened: registry.listened,
    lease,
  };
}

async function triggerOf(context: Context, runId: string): Promise<WireEvent[]> {
  const { read } = context.options.store;
  const run = await read.run(runId);
  if (run === null) return [];
  return readTrigger(context, run);
}

async function readTrigger(context: Context, run: RunRow): Promise<WireEvent[]> {
  const { read } = context.options.store;
  const stored = await Promise.all(run.eventIds.map((id) => read.event(id)));
  return stored.filter((event) => event !== null).map(asWire);
}
