/**
 * Starts one function by hand, whatever its triggers are (semantics §3.5): the same event and the same wake
 * as `step.invoke` makes, without a step that waits for the end. Its flow control holds as for any start, so
 * that no run may come of it at once, or none at all; `outcomes` of the event says which.
 */
import {
  type Change,
  type EventId,
  eventRows,
  type FunctionRow,
  type JsonObject,
  type Moment,
  type NewEvent,
  type RunId,
  StepwellError,
  type WakeRow,
} from "@stepwell/core";
import { StoreError } from "@stepwell/store";
import type { Context } from "./context.ts";
import { invoke } from "./route.ts";

const INVOKED = "inngest/function.invoked";
const MOST_BYTES = 3 * 1024 * 1024;

/** What an invoke has come to. */
export interface Invoked {
  eventId: EventId;
  functionId: string;
  slug: string;
  /** The run it started, or that was skipped in its place; null: none yet, see `outcomes` of the event. */
  runId: RunId | null;
}

/**
 * Stores the event, durably, and takes it through the gates at once. A crash in between loses nothing: the
 * wake that was stored beside the event starts the function then.
 * @param named slug or id of an active function
 * @param data what the run gets as `event.data`
 * @param eventId a fresh id; the same one again changes nothing and tells the same run
 * @throws StepwellError `not_found` for a function that is not there or has left its app, `event_too_large`,
 * `store_unavailable`
 */
export async function invokeByHand(
  context: Context,
  named: string,
  data: JsonObject,
  eventId: EventId = context.options.chance.id(context.now()),
): Promise<Invoked> {
  const fn = invocable(context, named);
  if (Buffer.byteLength(JSON.stringify(data)) > MOST_BYTES) throw new StepwellError("event_too_large");
  const wake = await store(context, fn, data, eventId);
  const runId = await startNow(context, fn, wake, eventId);
  return { eventId, functionId: fn.id, slug: fn.slug, runId };
}

function invocable({ registry }: Context, named: string): FunctionRow {
  const fn = registry.fn(registry.invocable(named) ?? "");
  if (fn !== undefined) return fn;
  const gone = registry.named(named);
  throw new StepwellError(
    "not_found",
    gone === null
      ? `There is no function ${JSON.stringify(named.slice(0, 200))}. Give its slug, like my-app-my-function.`
      : `${gone.slug} is no longer in its app, so it takes no new runs. Sync the app with the function.`,
  );
}

/** @returns the wake that starts the function; null: the event is stored already */
async function store(
  context: Context,
  fn: FunctionRow,
  data: JsonObject,
  eventId: EventId,
): Promise<WakeRow | null> {
  try {
    return await context.commit({ events: [eventId] }, (seen, moment) => {
      if (seen.events.has(eventId)) return { write: [], reply: null };
      const event = invocation(fn, data, eventId, moment);
      const wake = invokeWake(fn, eventId, moment);
      const rows: Change[] = eventRows(event, moment, { internal: true, route: true });
      return { write: [...rows, { insert: "wakes", row: wake }], reply: wake };
    });
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    throw new StepwellError("store_unavailable", `The store cannot write: ${cause.message}`, { cause });
  }
}

/** `_inngest` is the server's own; that no step waits shows in the missing correlation id. */
function invocation(fn: FunctionRow, data: JsonObject, id: EventId, moment: Moment): NewEvent {
  const { _inngest, ...own } = data;
  const body = { data: { ...own, _inngest: { fn_id: fn.id } } };
  return { id, externalId: id, name: INVOKED, ts: moment.now, body };
}

function invokeWake(fn: FunctionRow, eventId: EventId, moment: Moment): WakeRow {
  const job = { kind: "invoke" as const, eventId, functionId: fn.id };
  return { id: moment.id(), job, runId: null, lane: null, score: moment.now, dueAt: moment.now };
}

/**
 * The pump may fire the wake as well: whoever comes second finds it gone and writes nothing, so that after
 * this either has done it.
 * @returns null also where it could not be done now: the event is stored, and its wake is fired later
 */
async function startNow(
  context: Context,
  fn: FunctionRow,
  wake: WakeRow | null,
  eventId: EventId,
): Promise<RunId | null> {
  try {
    if (wake !== null) await invoke(context, wake, eventId, fn.id);
    const runs = await context.options.store.read.eventRuns(eventId);
    return runs.find((run) => run.functionId === fn.id)?.id ?? null;
  } catch (error) {
    const message = `${fn.slug} starts later: ${String(error)}`;
    context.options.log({ level: "warn", event: "invoke.later", message, function: fn.slug });
    return null;
  }
}
