/**
 * Run now: a scheduled function starts as its cron would start it, but it is no tick (semantics §3.4). Its event
 * is an `inngest/scheduled.timer` with `manual: true` beside the usual data; no row of the schedule's ticks is
 * written, and the second's own tick still starts its run. The gates are those of a tick.
 */
import { createHash } from "node:crypto";
import {
  type Admitted,
  type Candidate,
  type CronTrigger,
  eventRows,
  type FunctionRow,
  gateKeys,
  idempotencyKey,
  isTaken,
  type JsonObject,
  type NewEvent,
  StepwellError,
  wireEvent,
} from "@stepwell/core";
import { admitAll } from "./admit-all.ts";
import type { Context } from "./context.ts";
import { TIMER } from "./tick.ts";

const DAY_MS = 86_400_000;

export interface RanNow {
  eventId: string;
  /** The run; skipped when the function is paused or drained. Null: its rate limit let nothing through. */
  runId: string | null;
}

/**
 * Starts a run of one cron trigger; durable when it answers.
 * @param key the same one within 24 hours gives the same run again; null: each call starts one
 * @throws StepwellError `not_found` for a function or expression that is not there any more; StoreError
 */
export async function runNow(
  context: Context,
  functionId: string,
  cron: string,
  key: string | null,
): Promise<RanNow> {
  const { options, registry } = context;
  const fn = scheduled(registry.fn(functionId), cron);
  const now = context.now();
  const at = new Date(now).toISOString();
  const id = options.chance.id(now);
  const data = { cron, scheduledAt: at, fireAt: at, manual: true };
  const event: NewEvent = { id, externalId: id, name: TIMER, ts: now, body: { data } };
  const wire = wireEvent(event, event.body);
  const candidate: Candidate = {
    fn,
    eventId: id,
    event: wire,
    onceKey: null,
    cron,
    byHand: true,
    startAt: null,
    keys: gateKeys(fn, wire as unknown as JsonObject, now, "cron"),
  };
  const once = key === null ? null : onceCell(functionId, cron, key);
  const before: { eventId: string | null } = { eventId: null };
  const [outcome] = await admitAll(
    context,
    null,
    [candidate],
    (seen, moment) => {
      const cell = once === null ? undefined : seen.gates.get(once);
      before.eventId = isTaken(cell, moment.now) ? eventOf(cell?.state) : null;
      if (before.eventId !== null) return [];
      const first = eventRows(event, moment, { internal: true, route: true });
      if (once !== null) {
        const row = { key: once, state: { v: 1, eventId: id }, expiresAt: moment.now + DAY_MS };
        first.push({ put: "gateCells", row });
      }
      return { first };
    },
    once === null ? [] : [once],
  );
  if (before.eventId !== null) return startedBefore(context, before.eventId, functionId);
  return { eventId: id, runId: runOf(outcome) };
}

function scheduled(fn: FunctionRow | undefined, cron: string): FunctionRow {
  const isTrigger = (one: object): one is CronTrigger => "cron" in one && one.cron === cron;
  if (fn !== undefined && !fn.archived && fn.config.triggers.some(isTrigger)) return fn;
  throw new StepwellError(
    "not_found",
    "This schedule is no longer in its app, so it cannot be run. Sync the app with the function.",
  );
}

/** Beside the cells of events and ticks: an event of the same cell would need this hash in its id. */
function onceCell(functionId: string, cron: string, key: string): string {
  const hash = createHash("sha256").update(`${cron}\n${key}`).digest("hex");
  return idempotencyKey(functionId, `manual:${hash}`);
}

function eventOf(state: unknown): string | null {
  return (state as { eventId?: string } | null | undefined)?.eventId ?? null;
}

/** Of an event that others may listen to as well, the run of this function. */
async function startedBefore(context: Context, eventId: string, functionId: string): Promise<RanNow> {
  const runs = await context.options.store.read.eventRuns(eventId);
  return { eventId, runId: runs.find((run) => run.functionId === functionId)?.id ?? null };
}

function runOf(outcome: Admitted | undefined): string | null {
  return outcome !== undefined && "runId" in outcome ? outcome.runId : null;
}
