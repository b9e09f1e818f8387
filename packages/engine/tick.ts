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
  type AdmissionSeen,
  type Admitted,
  admit,
  type Candidate,
  type Change,
  type CronTrigger,
  cronWakeId,
  eventRows,
  type FunctionRow,
  fireTime,
  gateKeys,
  gatesOf,
  type Instant,
  idempotencyKey,
  isMissed,
  type JsonObject,
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
import { cancelRun } from "./settle.ts";

/** Also an event like others: functions may listen to it, and runs may wait for it (semantics §3.4). */
export const TIMER = "inngest/scheduled.timer";

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
  await withRoom(context, candidateOf(context, fn, job, fireAt), wake, (seen, moment) => {
    if (!isAsBefore(seen.wake, wake)) return [];
    const write: Change[] = [moveOn(wake, schedule, next)];
    if (seen.tick !== null) return write;
    if (fireAt > job.scheduledAt) return [...write, heldTick(job, fireAt)];
    const fired = fire(seen, job, fireAt, context, moment);
    return "is" in fired ? fired : [...write, ...fired];
  });
}

interface SeenTick extends AdmissionSeen {
  wake: WakeRow | null;
  tick: TickRow | null;
  candidate: Candidate;
}
type CancelFirst = Extract<Admitted, { is: "cancelFirst" }>;

/** One commit over the tick and its gates; again, once the run that a singleton replaces has been cancelled. */
async function withRoom(
  context: Context,
  candidate: Candidate,
  wake: WakeRow,
  decide: (seen: SeenTick, moment: Moment) => Change[] | CancelFirst,
): Promise<void> {
  const cancelled = new Map<string, string>();
  const { fn, keys, onceKey } = candidate;
  const job = wake.job as CronJob | TickJob;
  const { functionId, cron, scheduledAt } = job;
  const ask = {
    wake: wake.id,
    gates: gatesOf(onceKey, keys),
    holders: keys.singleton === null ? [] : [keys.singleton],
    awaited: [TIMER, ...(fn.config.cancelOn ?? []).map(({ event }) => event)],
    tick: { functionId, cron, scheduledAt },
  };
  for (;;) {
    const first = await context.commit(ask, (locked, moment) => {
      const seen = { ...locked, gates: new Map(locked.gates), cancelled, candidate };
      const decided = decide(seen, moment);
      return "is" in decided ? { write: [], reply: decided } : { write: decided, reply: null };
    });
    if (first === null) return;
    await cancelRun(context, first.holder, "replaced by a newer run (singleton)");
    cancelled.set(first.cell, first.holder);
  }
}

/** A tick that its jitter held back is due. */
export async function fireTick(context: Context, wake: WakeRow, job: TickJob): Promise<void> {
  const schedule = await scheduleOf(context, job);
  const missed = isMissed(job.fireAt, context.now());
  if (schedule === null || missed) return dropTick(context, wake, job, schedule);
  await withRoom(context, candidateOf(context, schedule.fn, job, job.fireAt), wake, (seen, moment) => {
    if (seen.wake === null) return [];
    const write: Change[] = [{ remove: "wakes", key: { id: wake.id } }];
    if (seen.tick !== null) return write;
    const fired = fire(seen, job, job.fireAt, context, moment);
    return "is" in fired ? fired : [...write, ...fired];
  });
}

/** A held tick that nobody wants any more, or that is too late. */
async function dropTick(
  context: Context,
  wake: WakeRow,
  job: TickJob,
  schedule: Schedule | null,
): Promise<void> {
  const { functionId, cron, scheduledAt } = job;
  const decided = await context.commit(
    { wake: wake.id, tick: { functionId, cron, scheduledAt } },
    (seen, moment) => {
      if (seen.wake === null) return { write: [], reply: false };
      const write: Change[] = [{ remove: "wakes", key: { id: wake.id } }];
      if (schedule === null || seen.tick !== null) return { write, reply: false };
      return { write: [...write, tickRow({ ...job, outcome: "missed" }, moment)], reply: true };
    },
  );
  if (decided && schedule !== null) tellMissed(context, schedule, [scheduledAt], null);
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
  seen: SeenTick,
  job: CronJob | TickJob,
  fireAt: Instant,
  context: Context,
  moment: Moment,
): Change[] | CancelFirst {
  const { candidate } = seen;
  const { event: wire, onceKey } = candidate;
  const event: NewEvent = {
    id: moment.id(),
    externalId: wire.id,
    name: wire.name,
    ts: fireAt,
    body: { data: wire.data },
  };
  const holder = (onceKey === null ? null : (seen.gates.get(onceKey)?.state ?? null)) as {
    runId?: string;
  } | null;
  const named = { ...candidate, eventId: event.id };
  const { write, outcome } = admit(named, seen, keyOver(wire, moment.now), moment);
  if (outcome.is === "cancelFirst") return outcome;
  if (outcome.is === "duplicate")
    return [tickRow({ ...job, outcome: "merged", runId: holder?.runId ?? null }, moment)];
  if (!("runId" in outcome)) return [...write, tickRow({ ...job, outcome: "limited" }, moment)];
  const route = context.registry.listened(event.name) || seen.awaited.has(event.name);
  return [
    ...eventRows(event, moment, { internal: true, route }),
    ...write,
    tickRow({ ...job, outcome: outcome.is, runId: outcome.runId }, moment),
  ];
}

/** The run that a tick would start; its event has no id of its own before the commit. */
function candidateOf(context: Context, fn: FunctionRow, job: CronJob | TickJob, fireAt: Instant): Candidate {
  const scheduledAt = new Date(job.scheduledAt).toISOString();
  const data = { cron: job.cron, scheduledAt, fireAt: new Date(fireAt).toISOString() };
  const row = { externalId: scheduledAt, name: TIMER, ts: fireAt };
  const event = wireEvent(row, { data });
  return {
    fn,
    eventId: "",
    event,
    onceKey: idempotencyKey(job.functionId, tickValue(job.scheduledAt)),
    cron: job.cron,
    startAt: null,
    keys: gateKeys(fn, event as unknown as JsonObject, context.now(), "cron"),
  };
}
