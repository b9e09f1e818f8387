/**
 * Cron: one wake per function and expression. A due one starts its run, writes down the tick and moves to the
 * next one in the same commit, so a tick fires exactly once, whoever handles it (semantics §3.4).
 *
 * Two engines that handle one wake: the second finds it moved and writes nothing. Should a wake ever point at a
 * tick once more (its schedule was removed and synced again by a node with a slower clock), the row of the tick
 * is seen under the lock and only the wake moves. Its insert is a plain one: a run that starts without its own
 * row cannot be committed.
 */
import {
  admit,
  type Candidate,
  type Change,
  type CronTrigger,
  cronWakeId,
  eventRows,
  type FunctionRow,
  fireTime,
  type GateCellRow,
  type Instant,
  idempotencyKey,
  isMissed,
  type Moment,
  missedFrom,
  type NewEvent,
  nextTick,
  type TickRow,
  tickValue,
  type WakeJob,
  type WakeRow,
  wireEvent,
} from "@stepwell/core";
import type { Context } from "./context.ts";
import { keyOver } from "./registry.ts";

/** Also an event like others: functions may listen to it, and runs may wait for it (semantics §3.4). */
const TIMER = "inngest/scheduled.timer";

interface SeenGates {
  gates: ReadonlyMap<string, GateCellRow>;
  awaited: ReadonlyMap<string, readonly string[]>;
}
type CronJob = Extract<WakeJob, { kind: "cron" }>;
type TickJob = Extract<WakeJob, { kind: "tick" }>;
interface Schedule {
  fn: FunctionRow;
  trigger: CronTrigger;
}

/** The wake of a function's cron trigger: its id is fixed, so a second sync cannot add a second one. */
export function cronWake(fn: Pick<FunctionRow, "id">, trigger: CronTrigger, after: Instant): WakeRow | null {
  const scheduledAt = nextTick(trigger.cron, after);
  return scheduledAt === null ? null : wakeAt(fn, trigger, scheduledAt);
}

function wakeAt(fn: Pick<FunctionRow, "id">, { cron }: CronTrigger, scheduledAt: Instant): WakeRow {
  const job: CronJob = { kind: "cron", functionId: fn.id, cron, scheduledAt };
  const id = cronWakeId(fn.id, cron);
  return { id, job, runId: null, lane: null, score: scheduledAt, dueAt: scheduledAt };
}

/** A due schedule: fires (or hands the tick to a jittered wake) and moves on. A removed expression stops here. */
export async function tick(context: Context, wake: WakeRow, job: CronJob): Promise<void> {
  const schedule = await scheduleOf(context, job);
  if (schedule === null) return stop(context, wake, job);
  const { fn, trigger } = schedule;
  const missed = missedFrom(fn.id, trigger, job.scheduledAt, context.now());
  if (missed !== null) return passOver(context, wake, job, schedule, missed);
  const fireAt = fireTime(fn.id, trigger, job.scheduledAt);
  const next = nextTick(trigger.cron, job.scheduledAt);
  await context.commit(askFor(wake, job), (seen, moment) => {
    if (!isAsBefore(seen.wake, wake)) return { write: [], reply: null };
    const write: Change[] = [moveOn(wake, schedule, next)];
    if (seen.tick === null)
      write.push(
        ...(fireAt > job.scheduledAt
          ? [heldTick(job, fireAt)]
          : fire(schedule, job, fireAt, seen, context, moment)),
      );
    return { write, reply: null };
  });
}

/** A tick that its jitter held back is due. */
export async function fireTick(context: Context, wake: WakeRow, job: TickJob): Promise<void> {
  const schedule = await scheduleOf(context, job);
  const missed = isMissed(job.fireAt, context.now());
  const decided = await context.commit(askFor(wake, job), (seen, moment) => {
    if (seen.wake === null) return { write: [], reply: false };
    const write: Change[] = [{ remove: "wakes", key: { id: wake.id } }];
    if (schedule === null || seen.tick !== null) return { write, reply: false };
    if (missed) write.push(tickRow({ ...job, outcome: "missed" }, moment));
    else write.push(...fire(schedule, job, job.fireAt, seen, context, moment));
    return { write, reply: true };
  });
  if (missed && decided && schedule !== null) tellMissed(context, schedule, [job.scheduledAt], null);
}

function askFor(wake: WakeRow, { functionId, cron, scheduledAt }: CronJob | TickJob) {
  const onceKey = idempotencyKey(functionId, tickValue(scheduledAt));
  return { wake: wake.id, gates: [onceKey], awaited: [TIMER], tick: { functionId, cron, scheduledAt } };
}

/** False: another engine has handled it meanwhile. */
function isAsBefore(now: WakeRow | null, before: WakeRow): boolean {
  return now !== null && now.dueAt === before.dueAt;
}

/** What the latest sync says. A sync of this moment may be stored and not yet in the registry, so it is read again. */
async function scheduleOf(context: Context, job: CronJob | TickJob): Promise<Schedule | null> {
  const find = (): Schedule | null => activeSchedule(context.registry.fn(job.functionId), job.cron);
  const known = find();
  if (known !== null) return known;
  await context.registry.load(context.options.store.read);
  return find();
}

function activeSchedule(fn: FunctionRow | undefined, cron: string): Schedule | null {
  if (fn === undefined || fn.archived) return null;
  const trigger = fn.config.triggers.find((one): one is CronTrigger => "cron" in one && one.cron === cron);
  return trigger === undefined ? null : { fn, trigger };
}

/** Removes the wake of a schedule that is gone; under the app's lock, since a sync may bring it back right now. */
async function stop(context: Context, wake: WakeRow, job: CronJob): Promise<void> {
  const app = context.registry.fn(job.functionId)?.appId ?? "";
  await context.commit({ wake: wake.id, app }, (seen) => {
    const fn = seen.app.functions.find((one) => one.id === job.functionId);
    const keeps = activeSchedule(fn, job.cron) !== null || !isAsBefore(seen.wake, wake);
    return { write: keeps ? [] : [{ remove: "wakes", key: { id: wake.id } }], reply: null };
  });
}

/** Writes down the ticks that nobody was there for, and moves to the first one that still starts or is to come. */
async function passOver(
  context: Context,
  wake: WakeRow,
  { functionId, cron }: CronJob,
  schedule: Schedule,
  { ticks, before, next }: NonNullable<ReturnType<typeof missedFrom>>,
): Promise<void> {
  const wrote = await context.commit({ wake: wake.id }, (seen, moment) => {
    if (!isAsBefore(seen.wake, wake)) return { write: [], reply: false };
    const write: Change[] = [moveOn(wake, schedule, next)];
    const miss = (scheduledAt: Instant, until: Instant | null): void => {
      const row = tickRow({ functionId, cron, scheduledAt, outcome: "missed", until }, moment);
      write.push({ ...row, orIgnore: true });
    };
    if (before !== null) miss(before.from, before.until);
    for (const scheduledAt of ticks) miss(scheduledAt, null);
    return { write, reply: true };
  });
  if (wrote) tellMissed(context, schedule, ticks, before);
}

function tellMissed(
  context: Context,
  { fn, trigger }: Schedule,
  ticks: Instant[],
  before: { from: Instant } | null,
): void {
  const [first, last] = [before?.from ?? ticks[0] ?? 0, ticks.at(-1) ?? 0].map((at) =>
    new Date(at).toISOString(),
  );
  const which = first === last ? `the tick of ${first}` : `the ticks from ${first} to ${last}`;
  context.options.log({
    level: "warn",
    event: "cron.missed",
    message: `missed ${which}: no server ran in time`,
    function: fn.config.slug,
    cron: trigger.cron,
  });
}

function moveOn(wake: WakeRow, { fn, trigger }: Schedule, next: Instant | null): Change {
  if (next === null) return { remove: "wakes", key: { id: wake.id } };
  const { job, dueAt, score } = wakeAt(fn, trigger, next);
  return { update: "wakes", key: { id: wake.id }, set: { job, dueAt, score } };
}

function heldTick({ functionId, cron, scheduledAt }: CronJob, fireAt: Instant): Change {
  const job: TickJob = { kind: "tick", functionId, cron, scheduledAt, fireAt };
  const id = `tick:${functionId}:${scheduledAt}:${cron}`;
  const row: WakeRow = { id, job, runId: null, lane: null, score: fireAt, dueAt: fireAt };
  return { insert: "wakes", row, orIgnore: true };
}

type Decided = Pick<TickRow, "functionId" | "cron" | "scheduledAt" | "outcome"> & Partial<TickRow>;

function tickRow(
  { functionId, cron, scheduledAt, outcome, runId = null, until = null }: Decided,
  { now }: Moment,
): Extract<Change, { insert: "ticks" }> {
  return { insert: "ticks", row: { functionId, cron, scheduledAt, outcome, at: now, runId, until } };
}

/** The run of a tick and its row; no run if another expression of the function has started this second's. */
function fire(
  { fn }: Schedule,
  job: CronJob | TickJob,
  fireAt: Instant,
  { gates, awaited }: SeenGates,
  context: Context,
  moment: Moment,
): Change[] {
  const scheduledAt = new Date(job.scheduledAt).toISOString();
  const data = { cron: job.cron, scheduledAt, fireAt: new Date(fireAt).toISOString() };
  const event: NewEvent = {
    id: moment.id(),
    externalId: scheduledAt,
    name: TIMER,
    ts: fireAt,
    body: { data },
  };
  const wire = wireEvent(event, event.body);
  const onceKey = idempotencyKey(job.functionId, tickValue(job.scheduledAt));
  const candidate: Candidate = { fn, eventId: event.id, event: wire, onceKey, cron: job.cron, startAt: null };
  const { write, runId } = admit(candidate, new Map(gates), keyOver(wire, moment.now), moment);
  if (runId === null) {
    const holder = (gates.get(onceKey)?.state ?? null) as { runId?: string } | null;
    return [tickRow({ ...job, outcome: "merged", runId: holder?.runId ?? null }, moment)];
  }
  const route = context.registry.listened(event.name) || awaited.has(event.name);
  return [
    ...eventRows(event, moment, { internal: true, route }),
    ...write,
    tickRow({ ...job, outcome: "started", runId }, moment),
  ];
}
