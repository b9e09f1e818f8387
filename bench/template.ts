/**
 * What the engine leaves in the store for a run that sleeps or waits, read back from runs that it has made
 * itself; and the same rows for another event, other ids, another time.
 */
import {
  type Change,
  type EventRow,
  type GateCellRow,
  type HistoryRow,
  type Instant,
  idempotencyKey,
  type Json,
  type JsonObject,
  type NewRow,
  type OpenOp,
  placeWait,
  type RunRow,
  type RunState,
  type WaitRow,
  type WakeRow,
} from "@stepwell/core";
import type { Store } from "@stepwell/store";

export interface Template {
  event: EventRow;
  body: Json;
  gate: GateCellRow;
  run: RunRow;
  state: RunState;
  history: HistoryRow[];
  wakes: WakeRow[];
  waits: WaitRow[];
}

/** How another run differs from the template. */
export interface Other {
  eventId: string;
  runId: string;
  /** One for each wake and wait of the template. */
  wakeIds: string[];
  waitIds: string[];
  /** When the event came. */
  at: Instant;
  data: JsonObject;
  /** When its sleep ends; null: the template's rows move with `at`. */
  until: Instant | null;
}

/** The engine's own runs of an event name: they are the oldest ones of the file. */
export async function readTemplates(store: Store, eventName: string): Promise<Template[]> {
  const page = await store.read.runs({ order: "asc", limit: 100 });
  const runs = page.rows.filter((run) => run.eventName === eventName);
  return Promise.all(runs.map((run) => readTemplate(store, run)));
}

async function readTemplate(store: Store, run: RunRow): Promise<Template> {
  const event = await store.read.event(run.eventId);
  if (event === null) throw new Error(`run ${run.id} has no event`);
  const key = idempotencyKey(run.functionId, event.row.externalId);
  const seen = await store.commit({ run: { runId: run.id, steps: [] }, gates: [key] }, 0, (seen) => ({
    write: [],
    reply: seen,
  }));
  const gate = seen.gates.get(key);
  if (gate === undefined || seen.run === null || seen.run.state === null)
    throw new Error(`run ${run.id} does not wait`);
  const { state, wakes } = seen.run;
  return {
    event: event.row,
    body: event.body,
    gate,
    run,
    state,
    history: await store.read.history(run.id),
    wakes,
    waits: await waitsOf(store, run.id, state),
  };
}

async function waitsOf(store: Store, runId: string, state: RunState): Promise<WaitRow[]> {
  const names = Object.values(state.open).flatMap((open) => (open.op === "WaitForEvent" ? [open.name] : []));
  const found: WaitRow[] = [];
  for (const name of names) {
    const anchors = await anchorsIn(store, name, runId, state);
    found.push(...(await store.read.waits({ name, anchors, after: null, limit: 1000 })));
  }
  return found.filter((wait) => wait.runId === runId);
}

/** The anchors under which the run's own expression is found: those that the engine computes for it. */
async function anchorsIn(store: Store, name: string, runId: string, state: RunState): Promise<string[]> {
  const run = await store.read.run(runId);
  const event = run === null ? null : await store.read.event(run.eventId);
  const source = await expressionOf(store, runId, state);
  const placing = placeWait(source, event?.body ?? null, await store.read.waitPaths(name));
  return placing?.anchors ?? [];
}

async function expressionOf(store: Store, runId: string, { open }: RunState): Promise<string | null> {
  const note = (await store.read.history(runId)).find(
    ({ kind, step }) => kind === "step.waiting" && step !== null && open[step] !== undefined,
  );
  return (note?.data["expression"] as string | null | undefined) ?? null;
}

/** The same run as the engine would have written it for another event. */
export function like(template: Template, other: Other, known: readonly string[]): Change[] {
  const { event, body, gate, run } = template;
  const moved = other.at - event.receivedAt;
  const value = { ...(body as JsonObject), data: other.data };
  const until = (old: Instant): Instant => other.until ?? old + moved;
  const { seq: _eventSeq, ...eventRow } = event;
  const { eventId: id, runId } = other;
  const key = idempotencyKey(run.functionId, id);
  const expiresAt = gate.expiresAt === null ? null : gate.expiresAt + moved;
  return [
    {
      insert: "events",
      row: { ...eventRow, id, externalId: id, ts: event.ts + moved, receivedAt: other.at },
    },
    { insert: "payloads", row: { owner: id, name: "event", value } },
    { put: "gateCells", row: { key, state: { ...(gate.state as JsonObject), runId }, expiresAt } },
    { insert: "runs", row: runLike(run, other, moved) },
    { insert: "runStates", row: { runId, state: stateLike(template, other, value, moved, until) } },
    ...template.history.map((row) => noteLike(row, template, other, moved, until)),
    ...template.wakes.map((row, at): Change => {
      const dueAt = until(row.dueAt);
      return { insert: "wakes", row: { ...row, id: idAt(other.wakeIds, at), runId, score: dueAt, dueAt } };
    }),
    ...waitsLike(template, other, value, moved, known),
  ];
}

function runLike(run: RunRow, { runId, eventId }: Other, moved: number): NewRow<"runs"> {
  const { seq: _seq, ...row } = run;
  return {
    ...row,
    id: runId,
    eventId,
    eventIds: [eventId],
    queuedAt: run.queuedAt + moved,
    startedAt: run.startedAt === null ? null : run.startedAt + moved,
  };
}

function stateLike(
  { state, body }: Template,
  other: Other,
  value: JsonObject,
  moved: number,
  until: (old: Instant) => Instant,
): RunState {
  const open = Object.entries(state.open).map(([step, op]): [string, OpenOp] => {
    const end = op.until === undefined ? undefined : until(op.until);
    return [
      step,
      {
        ...op,
        since: op.since + moved,
        ...(end === undefined ? {} : { until: end }),
        ...(op.op === "Sleep" && end !== undefined ? { name: new Date(end).toISOString() } : {}),
        ...(op.waits === undefined ? {} : { waits: other.waitIds }),
      },
    ];
  });
  return {
    ...state,
    open: Object.fromEntries(open),
    bytes: state.bytes + JSON.stringify(value).length - JSON.stringify(body).length,
    score: state.score + moved,
  };
}

function noteLike(
  { id: _id, ...row }: HistoryRow,
  template: Template,
  other: Other,
  moved: number,
  until: (old: Instant) => Instant,
): Change {
  const data = { ...row.data };
  if (data["eventId"] === template.event.id) data["eventId"] = other.eventId;
  for (const name of ["until", "timeout"]) if (typeof data[name] === "number") data[name] = until(data[name]);
  return { insert: "history", row: { ...row, runId: other.runId, at: row.at + moved, data } };
}

function waitsLike(
  template: Template,
  other: Other,
  event: Json,
  moved: number,
  known: readonly string[],
): Change[] {
  return template.waits.map((wait, at): Change => {
    const { seq: _seq, ...row } = wait;
    const placing = placeWait(sourceOf(template), event, known);
    const anchor = placing?.anchors[at];
    if (placing === null || anchor === undefined) throw new Error("the other run waits in fewer places");
    return {
      insert: "waits",
      row: {
        ...row,
        id: idAt(other.waitIds, at),
        runId: other.runId,
        anchor,
        expression: placing.expression,
        openedAt: row.openedAt + moved,
        until: row.until === null ? null : row.until + moved,
      },
    };
  });
}

function sourceOf({ history }: Template): string | null {
  const note = history.find(({ kind }) => kind === "step.waiting");
  return (note?.data["expression"] as string | null | undefined) ?? null;
}

function idAt(ids: readonly string[], at: number): string {
  const id = ids[at];
  if (id === undefined) throw new Error(`no id for row ${at}`);
  return id;
}

/** What the template itself is, for the comparison of one run of the engine with another. */
export function identityOf({ event, run, wakes, waits, body }: Template): Other {
  return {
    eventId: event.id,
    runId: run.id,
    wakeIds: wakes.map(({ id }) => id),
    waitIds: waits.map(({ id }) => id),
    at: event.receivedAt,
    data: (body as { data: JsonObject }).data,
    until: wakes.find(({ job }) => job.kind === "sleep")?.dueAt ?? null,
  };
}
