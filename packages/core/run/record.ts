/**
 * Effects → rows. Here, and only here, it is written down what an effect means in tables, which
 * rows end with a run, and which nudges a queued call needs (hard-parts.md §1).
 */
import { isRunCell } from "../flow/gates/concurrency.ts";
import type { NewEvent } from "../model/event.ts";
import { bodyJson } from "../model/event.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Moment } from "../model/moment.ts";
import type { LeaseRow, WakeJob } from "../model/queue.ts";
import type { HistoryRow, RunState } from "../model/run.ts";
import type { Change } from "../model/tables.ts";
import type { RunDecision } from "./decide.ts";
import type { Effect, SeenRun } from "./effects.ts";

/** The rows of one commit over a run; `lease` is freed, whatever was decided. */
export function record(
  seen: SeenRun,
  decision: RunDecision,
  lease: LeaseRow | null,
  moment: Moment,
): Change[] {
  const changes: Change[] = [];
  const nudges: Nudges = new Map();
  // What starts the run here has taken its start already: further calls of the same answer are steps.
  const begins = decision.effects.some((effect) => effect.do === "start");
  const run = begins ? { ...seen.run, status: "running" as const } : seen.run;
  for (const effect of decision.effects) write(changes, nudges, { ...seen, run }, effect, moment);
  const state = seen.state;
  if (state !== null) {
    for (const [lane, { score, cells }] of nudges)
      changes.push({ insert: "nudges", row: { pool: state.pool, lane, cells, score, gone: null } });
    if (decision.state !== null)
      changes.push({ update: "runStates", key: { runId: seen.run.id }, set: { state: decision.state } });
  }
  if (lease !== null) changes.push({ update: "leases", key: { id: lease.id }, set: { freed: true } });
  return changes;
}

function write(changes: Change[], nudges: Nudges, seen: SeenRun, effect: Effect, moment: Moment): void {
  const runId = seen.run.id;
  switch (effect.do) {
    case "start":
      changes.push({ update: "runs", key: { id: runId }, set: { status: "running", startedAt: moment.now } });
      changes.push(note(runId, moment, "run.started", null, {}));
      return;
    case "storeStep": {
      const { step, result } = effect;
      changes.push({ insert: "steps", row: step });
      changes.push({ insert: "payloads", row: { owner: runId, name: `step:${step.id}`, value: result } });
      const kind = step.status === "completed" ? "step.completed" : "step.failed";
      changes.push(
        note(runId, moment, kind, step.id, { name: step.name, op: step.op, attempt: step.attempts - 1 }),
      );
      return;
    }
    case "note":
      changes.push(note(runId, moment, effect.kind, effect.step, effect.data));
      return;
    case "call":
      if (seen.state === null) return;
      writeCall(changes, nudges, seen, seen.state, effect, moment);
      return;
    case "later":
      changes.push(laterWake(runId, moment, effect.job, effect.dueAt));
      return;
    case "wait":
      changes.push({ insert: "waits", row: effect.row });
      for (const row of effect.paths) changes.push({ insert: "waitPaths", row, orIgnore: true });
      return;
    case "dropWait":
      changes.push({ remove: "waits", key: { id: effect.waitId } });
      return;
    case "keep":
      changes.push(kept(runId, effect.name, effect.value));
      return;
    case "invoke": {
      const { event, functionId, route } = effect;
      changes.push(...eventRows(event, moment, { internal: true, route }));
      changes.push(laterWake(null, moment, { kind: "invoke", eventId: event.id, functionId }, moment.now));
      return;
    }
    case "tellParent": {
      const { parent, step, eventId } = effect;
      const job = { kind: "child-ended" as const, step, childId: runId, eventId };
      changes.push(laterWake(parent, moment, job, moment.now));
      return;
    }
    case "dropWake":
      changes.push({ remove: "wakes", key: { id: effect.wakeId } });
      return;
    case "send":
      changes.push(...eventRows(effect.event, moment, { internal: true, route: effect.route }));
      return;
    case "end":
      changes.push({
        update: "runs",
        key: { id: runId },
        set: { status: effect.status, endedAt: moment.now },
      });
      changes.push({ insert: "payloads", row: { owner: runId, name: "output", value: effect.output } });
      changes.push(note(runId, moment, "run.ended", null, { status: effect.status }));
      changes.push(...endRows(seen));
  }
}

function writeCall(
  changes: Change[],
  nudges: Nudges,
  seen: SeenRun,
  state: RunState,
  effect: Extract<Effect, { do: "call" }>,
  moment: Moment,
): void {
  const { call, dueAt, score } = effect;
  if (dueAt !== null && dueAt > moment.now) {
    changes.push(laterWake(seen.run.id, moment, { kind: "later-call", call }, dueAt));
    return;
  }
  // Only the first dispatch is a start: a call that is made again has what a start takes already.
  const starts = seen.run.status === "queued" && call.generation === 1;
  const { lane, cells } = starts ? startOf(state) : { lane: laneOf(state.lane, "step"), cells: state.cells };
  const row = {
    id: callWakeId(seen.run.id, moment),
    job: { kind: "call" as const, call },
    runId: seen.run.id,
    lane,
    score,
    dueAt: moment.now,
  };
  changes.push({ insert: "wakes", row });
  nudges.set(lane, { score: Math.min(score, nudges.get(lane)?.score ?? score), cells });
}

/** Of runs with the same score the older one goes first, with all its steps (semantics §1.7): ids order wakes, too. */
export function callWakeId(runId: string, moment: Moment): string {
  return `${runId}.${moment.id()}`;
}

/** Lanes with new wakes: the lowest new score, and the lane's cells. */
type Nudges = Map<string, { score: number; cells: string[] }>;

/** Where the first call of a run queues. */
function startOf(state: RunState): { lane: string; cells: string[] } {
  return state.start ?? { lane: laneOf(state.lane, "start"), cells: state.cells };
}

/** The lease by which a run holds the slots of limits on runs; it begins with the first call and ends with the run. */
export function runLeaseId(runId: string): string {
  return `run:${runId}`;
}

/** Starts and later steps queue apart, so that a limit on starts never holds a running run. */
export function laneOf(base: string, kind: "start" | "step"): string {
  return `${base}:${kind}`;
}

/** Everything that waits for the run goes with it; queued wakes are the pool's to remove, so they are named to it. */
function endRows(seen: SeenRun): Change[] {
  const rows: Change[] = [
    { remove: "runStates", key: { runId: seen.run.id } },
    { clear: "waits", runId: seen.run.id },
  ];
  if (seen.state?.start?.cells.some(isRunCell))
    rows.push({ update: "leases", key: { id: runLeaseId(seen.run.id) }, set: { freed: true } });
  for (const wake of seen.wakes) {
    if (wake.lane === null) rows.push({ remove: "wakes", key: { id: wake.id } });
    else if (seen.state !== null)
      rows.push({
        insert: "nudges",
        row: {
          pool: seen.state.pool,
          lane: wake.lane,
          cells: wake.lane === seen.state.start?.lane ? seen.state.start.cells : seen.state.cells,
          score: wake.score,
          gone: wake.id,
        },
      });
  }
  return rows;
}

/** An event with its payload and, when somebody may listen, the wake that routes it. */
export function eventRows(
  event: NewEvent,
  moment: Moment,
  how: { internal: boolean; route: boolean },
): Change[] {
  const { id, externalId, name, ts, body } = event;
  const rows: Change[] = [
    { insert: "events", row: { id, externalId, name, ts, receivedAt: moment.now, internal: how.internal } },
    { insert: "payloads", row: { owner: id, name: "event", value: bodyJson(body) } },
  ];
  if (how.route)
    rows.push({
      insert: "wakes",
      row: {
        id: moment.id(),
        job: { kind: "route", eventId: id },
        runId: null,
        lane: null,
        score: moment.now,
        dueAt: moment.now,
      },
    });
  return rows;
}

function laterWake(runId: string | null, moment: Moment, job: WakeJob, dueAt: number): Change {
  return { insert: "wakes", row: { id: moment.id(), job, runId, lane: null, score: dueAt, dueAt } };
}

function kept(runId: string, name: string, value: Json): Change {
  if (value === null) return { remove: "payloads", key: { owner: runId, name } };
  return { insert: "payloads", row: { owner: runId, name, value }, orIgnore: true };
}

function note(
  runId: string,
  moment: Moment,
  kind: HistoryRow["kind"],
  step: string | null,
  data: JsonObject,
): Change {
  return { insert: "history", row: { runId, at: moment.now, kind, step, data } };
}
