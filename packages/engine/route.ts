/**
 * An event → the waits it ends and the runs it starts. Waits are matched in statements of their own,
 * after the event's commit (hard-parts.md §3); route and admit are one commit, the last one, so that a
 * crash before it does all of this again: ending a wait twice does nothing.
 */
import {
  anchorsOf,
  type Change,
  type FunctionRow,
  type JsonObject,
  matchesWait,
  parentsOf,
  type WaitRow,
  type WakeRow,
} from "@stepwell/core";
import { type StoredEvent, StoreError } from "@stepwell/store";
import { admitAll, candidateOf } from "./admit-all.ts";
import type { Context } from "./context.ts";
import { cancelRun, settleInput } from "./settle.ts";
import { asWire } from "./wire-events.ts";

const WAIT_PAGE = 100;
/** So many expressions are evaluated in one go, each with a tenth of its budget: some 0.2 s at the very most. */
const WAITS_AT_ONCE = 8;

/** Handles a due `route` wake. A wake that is gone was handled before: nothing happens. */
export async function route(context: Context, wake: WakeRow, eventId: string): Promise<void> {
  const stored = await context.options.store.read.event(eventId);
  if (stored !== null) await endWaits(context, stored);
  const functions = stored === null ? [] : context.registry.matching(asWire(stored), context.now());
  await start(context, wake, stored, functions);
}

/** Handles a due `invoke` wake: it starts one function, whatever its triggers are (semantics §3.5). */
export async function invoke(
  context: Context,
  wake: WakeRow,
  eventId: string,
  functionId: string,
): Promise<void> {
  const { read } = context.options.store;
  const stored = await read.event(eventId);
  // A sync of this moment may be stored and not yet in the registry, so it is read again.
  if (context.registry.invocable(functionId) === null) await context.registry.load(read);
  const fn = context.registry.fn(context.registry.invocable(functionId) ?? "");
  if (fn !== undefined || stored === null) return start(context, wake, stored, fn === undefined ? [] : [fn]);
  await refuse(context, wake, stored, functionId);
}

/** The function has gone while its invoke was on its way: the step that waits for it fails. */
async function refuse(
  context: Context,
  wake: WakeRow,
  stored: StoredEvent,
  functionId: string,
): Promise<void> {
  const parents = parentsOf(functionId, [asWire(stored) as unknown as JsonObject]);
  const message = `could not find function with ID: ${functionId}`;
  await context.commit({ wake: wake.id }, (seen, moment) => {
    if (seen.wake === null) return { write: [], reply: null };
    const write: Change[] = [{ remove: "wakes", key: { id: wake.id } }];
    for (const { parent, step } of parents) {
      const job = { kind: "child-refused" as const, step, message };
      const row = { id: moment.id(), job, runId: parent, lane: null, score: moment.now, dueAt: moment.now };
      write.push({ insert: "wakes", row });
    }
    return { write, reply: null };
  });
}

async function start(
  context: Context,
  wake: WakeRow,
  stored: StoredEvent | null,
  functions: FunctionRow[],
): Promise<void> {
  const candidates = stored === null ? [] : functions.map((fn) => candidateOf(context, stored, fn));
  await admitAll(context, wake, candidates, () => ({ first: [{ remove: "wakes", key: { id: wake.id } }] }));
}

/**
 * Ends every wait the event matches, and cancels the runs it is to cancel (semantics §7.3, §6.10). A wait that
 * cannot be ended because of a bug of ours is told and passed over, so that the event goes on.
 */
export async function endWaits(context: Context, stored: StoredEvent): Promise<void> {
  const { read } = context.options.store;
  const { name } = stored.row;
  const paths = await read.waitPaths(name);
  if (paths.length === 0) return;
  for (const anchor of anchorsOf(asWaited(stored), paths)) {
    for (let after: string | null = null; ; ) {
      const page: WaitRow[] = await read.waits({ name, anchors: [anchor], after, limit: WAIT_PAGE });
      await endAmong(context, page, stored);
      after = page.at(-1)?.id ?? null;
      if (page.length < WAIT_PAGE) break;
    }
  }
}

/**
 * Ends those of these waits that the event matches.
 * @returns how many matched
 */
export async function endAmong(context: Context, waits: WaitRow[], stored: StoredEvent): Promise<number> {
  const { seq, receivedAt, id } = stored.row;
  const event = { seq, receivedAt, value: asWaited(stored) };
  const hits = await matching(context, waits, event);
  const ends = await Promise.allSettled(hits.map((wait) => end(context, wait, id, event.value)));
  for (const [at, ended] of ends.entries())
    if (ended.status === "rejected") passOver(context, hits[at], ended.reason);
  return hits.length;
}

/** Evaluating is work without an end in sight: others get their turn in between. */
async function matching(
  context: Context,
  page: WaitRow[],
  event: Parameters<typeof matchesWait>[1],
): Promise<WaitRow[]> {
  const hits: WaitRow[] = [];
  for (const [at, wait] of page.entries()) {
    if (at % WAITS_AT_ONCE === WAITS_AT_ONCE - 1) await context.breathe();
    if (matchesWait(wait, event, context.now())) hits.push(wait);
  }
  return hits;
}

function passOver(context: Context, wait: WaitRow | undefined, reason: unknown): void {
  if (reason instanceof StoreError) throw reason;
  context.options.log({
    level: "error",
    event: "wait.failed",
    message: String(reason),
    ...(wait === undefined ? {} : { runId: wait.runId }),
  });
}

async function end(context: Context, wait: WaitRow, eventId: string, event: JsonObject): Promise<void> {
  if (wait.kind === "cancel")
    await cancelRun(context, wait.runId, `cancelled by event ${wait.name} (${eventId})`);
  else if (wait.step !== null)
    await settleInput(context, wait.runId, { is: "matched", step: wait.step, eventId, event });
}

/** The event as a waiting step gets it: `user` and `v` only when given (semantics §7.1). */
function asWaited(stored: StoredEvent): JsonObject {
  const { externalId: id, name, ts } = stored.row;
  const body = stored.body as JsonObject;
  const { data = {}, user, v } = body;
  return {
    name,
    data,
    id,
    ts,
    ...(user === undefined ? {} : { user }),
    ...(v === undefined ? {} : { v }),
  };
}
