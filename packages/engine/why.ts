/** Why a run waits, and what became of an event: the rows, read; the words are the core's. */
import {
  type CellKey,
  type CellRow,
  type EventOutcome,
  type FunctionId,
  functionOfLane,
  type GateCellRow,
  hasEnded,
  isRunCell,
  type LaneRow,
  type LeaseRow,
  type OutcomeRow,
  outcomesOf,
  type Reason,
  type RunId,
  reasonsOf,
  type SeenEvent,
  type WakeRow,
} from "@stepwell/core";
import type { StoredEvent } from "@stepwell/store";
import type { Context } from "./context.ts";
import { asWire } from "./wire-events.ts";

const MOST_AHEAD = 1000;
const MOST_HOLDERS = 20;
/** A run that waits for a run that waits for … : so many are followed. */
const DEEPEST = 5;

/** A reason, and of an invoke the reasons of the run that it waits for. */
export interface RunReason extends Reason {
  child?: { runId: RunId; waiting: RunReason[] };
}

/**
 * What a run waits for, the most limiting first; empty: it has ended, or there is no such run.
 * @param calls that this server makes now, and can make at once
 */
export async function why(
  context: Context,
  runId: RunId,
  calls: { inFlight: number; most: number },
  depth = 0,
): Promise<RunReason[]> {
  const { read } = context.options.store;
  const [run, state] = await Promise.all([read.run(runId), read.runState(runId)]);
  if (run === null || state === null || hasEnded(run.status)) return [];
  const [history, wakes, leases] = await Promise.all([
    read.history(runId),
    read.runWakes(runId),
    read.runLeases(runId),
  ]);
  const place = await placeOf(context, wakes);
  const fn = context.registry.fn(run.functionId);
  const reasons = reasonsOf({
    run,
    state,
    fn,
    history,
    wakes,
    leases,
    ...place,
    calls,
    now: context.now(),
  });
  if (depth >= DEEPEST) return reasons;
  return Promise.all(reasons.map((reason) => withChild(context, reason, calls, depth)));
}

interface Place {
  lanes: Map<string, LaneRow>;
  ahead: Map<string, number>;
  cells: Map<CellKey, CellRow>;
  holders: Map<CellKey, LeaseRow[]>;
}

/** Where the run's calls queue, and what is in their way. */
async function placeOf(context: Context, wakes: readonly WakeRow[]): Promise<Place> {
  const { read } = context.options.store;
  const queued = wakes.filter(({ lane }) => lane !== null);
  const lanes = await read.lanes([...new Set(queued.map(({ lane }) => lane ?? ""))]);
  // A claim that has not come yet blocks the lane of a paused function no sooner.
  const byLane = new Map(lanes.map((row) => [row.lane, heldByPause(context, row)]));
  const blocked = [...new Set([...byLane.values()].flatMap((row) => row.blocked ?? []))];
  const ahead = await Promise.all(
    queued.map(async (wake) => [wake.id, await read.queuedBefore(wake, MOST_AHEAD)] as const),
  );
  const holders = await Promise.all(
    blocked.map(async (cell) => [cell, await read.holders(cell, isRunCell(cell), MOST_HOLDERS)] as const),
  );
  const cells = await read.cells(blocked);
  return {
    lanes: byLane,
    ahead: new Map(ahead),
    cells: new Map(cells.map((row) => [row.cell, row])),
    holders: new Map(holders),
  };
}

function heldByPause(context: Context, row: LaneRow): LaneRow {
  const functionId = functionOfLane(row.lane);
  return context.registry.limits.isPaused(functionId) ? { ...row, blocked: `paused:${functionId}` } : row;
}

/** The run that an invoke has started, and why that one waits. */
async function withChild(
  context: Context,
  reason: Reason,
  calls: { inFlight: number; most: number },
  depth: number,
): Promise<RunReason> {
  const { invoked } = reason;
  if (invoked === undefined || invoked.eventId === null) return reason;
  const functionId = context.registry.invocable(invoked.functionId) ?? invoked.functionId;
  const outcomes = (await eventOutcomes(context, invoked.eventId)) ?? [];
  const outcome = outcomes.find((one) => one.functionId === functionId);
  if (outcome === undefined) return reason;
  const { runId, message } = outcome;
  if (runId === null) return { ...reason, message: `${reason.message}: ${message}` };
  const waiting = await why(context, runId, calls, depth + 1);
  return {
    ...reason,
    message: `${reason.message}: run ${runId}`,
    invoked: { ...invoked, runId },
    child: { runId, waiting },
  };
}

/** What became of an event, function by function; null: there is no such event. */
export async function eventOutcomes(context: Context, eventId: string): Promise<EventOutcome[] | null> {
  const { read } = context.options.store;
  const [stored, runs, rows] = await Promise.all([
    read.event(eventId),
    read.eventRuns(eventId),
    read.outcomes(eventId),
  ]);
  if (stored === null) return null;
  const skipped = await Promise.all(
    runs
      .filter(({ status }) => status === "skipped")
      .map(async ({ id }) => (await read.history(id)).filter(({ kind }) => kind === "run.skipped")),
  );
  return outcomesOf({
    eventId,
    runs,
    skipped: new Map(skipped.flat().map((line) => [line.runId, line])),
    rows,
    leaders: await leadersOf(context, rows),
    cells: await cellsOf(context, rows),
    listeners: listenersOf(context, stored),
    fn: (id) => context.registry.fn(id),
  });
}

async function leadersOf(
  context: Context,
  rows: readonly OutcomeRow[],
): Promise<Map<FunctionId, OutcomeRow>> {
  const led = rows.filter(({ leader, eventId }) => leader !== null && leader !== eventId);
  const found = await Promise.all(
    led.map(async ({ leader, functionId }) =>
      (await context.options.store.read.outcomes(leader ?? "")).filter(
        (row) => row.functionId === functionId,
      ),
    ),
  );
  const own = rows.filter(({ leader, eventId }) => leader === eventId);
  return new Map([...own, ...found.flat()].map((row) => [row.functionId, row]));
}

async function cellsOf(context: Context, rows: readonly OutcomeRow[]): Promise<Map<CellKey, GateCellRow>> {
  const open = rows.filter(({ outcome }) => outcome === "debounced" || outcome === "batched");
  const keys = open.flatMap(({ cell }) => cell ?? []);
  const cells = await Promise.all(keys.map((key) => context.options.store.read.gateCell(key)));
  return new Map(cells.flatMap((row) => (row === null ? [] : [[row.key, row] as const])));
}

function listenersOf(context: Context, stored: StoredEvent): SeenEvent["listeners"] {
  const event = asWire(stored);
  const matching = new Set(context.registry.matching(event, context.now()).map(({ id }) => id));
  return context.registry.listeners(event.name).map((fn) => ({ fn, matches: matching.has(fn.id) }));
}
