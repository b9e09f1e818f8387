/**
 * Cron: one wake per function and expression. A due one starts its run and moves to the next tick in
 * the same commit, so a tick fires exactly once, whoever handles it (semantics §3.4).
 */
import {
  admit,
  type Candidate,
  type Change,
  type CronTrigger,
  eventRows,
  type FunctionRow,
  idempotencyKey,
  jitterOf,
  type Moment,
  type NewEvent,
  nextTick,
  tickValue,
  type WakeJob,
  type WakeRow,
  wireEvent,
} from "@stepwell/core";
import type { Context } from "./context.ts";
import { keyOver } from "./registry.ts";

const LATEST_CATCH_UP_MS = 60_000;
type CronJob = Extract<WakeJob, { kind: "cron" }>;
type TickJob = Extract<WakeJob, { kind: "tick" }>;

/** The wake of a function's cron trigger: its id is fixed, so a second sync cannot add a second one. */
export function cronWake(fn: Pick<FunctionRow, "id">, trigger: CronTrigger, after: number): WakeRow | null {
  const scheduledAt = nextTick(trigger.cron, after);
  if (scheduledAt === null) return null;
  const job: CronJob = { kind: "cron", functionId: fn.id, cron: trigger.cron, scheduledAt };
  return {
    id: cronWakeId(fn.id, trigger.cron),
    job,
    runId: null,
    lane: null,
    score: scheduledAt,
    dueAt: scheduledAt,
  };
}

function cronWakeId(functionId: string, cron: string): string {
  return `cron:${functionId}:${cron}`;
}

/** A due schedule: fires (or hands the tick to a jittered wake) and moves on. A removed expression stops here. */
export async function tick(context: Context, wake: WakeRow, job: CronJob): Promise<void> {
  const { fn, trigger } = scheduled(context, job);
  const onceKey = idempotencyKey(job.functionId, tickValue(job.scheduledAt));
  await context.commit({ wake: wake.id, gates: [onceKey] }, (seen, moment) => {
    if (seen.wake === null || seen.wake.dueAt !== wake.dueAt) return { write: [], reply: null };
    if (fn === undefined || trigger === undefined)
      return { write: [{ remove: "wakes", key: { id: wake.id } }], reply: null };
    const late = moment.now - job.scheduledAt > LATEST_CATCH_UP_MS;
    const write: Change[] = [moveOn(wake, fn, trigger, late ? moment.now : job.scheduledAt)];
    if (late) {
      const message = `missed the tick of ${new Date(job.scheduledAt).toISOString()}: no server ran then`;
      context.options.log({
        level: "warn",
        event: "cron.missed",
        message,
        function: fn.config.slug,
        cron: job.cron,
      });
      return { write, reply: null };
    }
    const jitter =
      trigger.jitterMs === undefined ? 0 : jitterOf(fn.id, job.cron, job.scheduledAt, trigger.jitterMs);
    if (jitter === 0)
      write.push(...fire(fn, job, job.scheduledAt, new Map(seen.gates), onceKey, context, moment));
    else write.push(heldTick(job, job.scheduledAt + jitter, moment));
    return { write, reply: null };
  });
}

/** A tick that its jitter held back is due. */
export async function fireTick(context: Context, wake: WakeRow, job: TickJob): Promise<void> {
  const { fn, trigger } = scheduled(context, job);
  const onceKey = idempotencyKey(job.functionId, tickValue(job.scheduledAt));
  await context.commit({ wake: wake.id, gates: [onceKey] }, (seen, moment) => {
    if (seen.wake === null) return { write: [], reply: null };
    const write: Change[] = [{ remove: "wakes", key: { id: wake.id } }];
    if (fn !== undefined && trigger !== undefined)
      write.push(...fire(fn, job, job.fireAt, new Map(seen.gates), onceKey, context, moment));
    return { write, reply: null };
  });
}

function scheduled(
  context: Context,
  job: CronJob | TickJob,
): { fn: FunctionRow | undefined; trigger: CronTrigger | undefined } {
  const fn = context.registry.fn(job.functionId);
  const triggers = fn === undefined || fn.archived ? [] : fn.config.triggers;
  const trigger = triggers.find((t): t is CronTrigger => "cron" in t && t.cron === job.cron);
  return { fn, trigger };
}

function moveOn(wake: WakeRow, fn: FunctionRow, trigger: CronTrigger, after: number): Change {
  const next = cronWake(fn, trigger, after);
  if (next === null) return { remove: "wakes", key: { id: wake.id } };
  return {
    update: "wakes",
    key: { id: wake.id },
    set: { job: next.job, dueAt: next.dueAt, score: next.score },
  };
}

function heldTick(job: CronJob, fireAt: number, moment: Moment): Change {
  const held: TickJob = { ...job, kind: "tick", fireAt };
  return {
    insert: "wakes",
    row: { id: moment.id(), job: held, runId: null, lane: null, score: fireAt, dueAt: fireAt },
  };
}

function fire(
  fn: FunctionRow,
  job: CronJob | TickJob,
  fireAt: number,
  taken: Parameters<typeof admit>[1],
  onceKey: string,
  context: Context,
  moment: Moment,
): Change[] {
  const scheduledAt = new Date(job.scheduledAt).toISOString();
  const data = { cron: job.cron, scheduledAt, fireAt: new Date(fireAt).toISOString() };
  const event: NewEvent = {
    id: moment.id(),
    externalId: scheduledAt,
    name: "inngest/scheduled.timer",
    ts: fireAt,
    body: { data },
  };
  const wire = wireEvent(event, event.body);
  const candidate: Candidate = { fn, eventId: event.id, event: wire, onceKey, cron: job.cron, startAt: null };
  const { write, runId } = admit(candidate, taken, keyOver(wire, moment.now), moment);
  if (runId === null) return [];
  const route = context.registry.listened(event.name);
  return [...eventRows(event, moment, { internal: true, route }), ...write];
}
