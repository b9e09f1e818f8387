/**
 * An event → the waits it ends and the runs it starts. Waits are matched in statements of their own,
 * after the event's commit (hard-parts.md §3); route and admit are one commit, the last one, so that a
 * crash before it does all of this again: ending a wait twice does nothing.
 */
import {
  anchorsOf,
  type Candidate,
  type FunctionRow,
  gateKeys,
  idempotencyKey,
  type JsonObject,
  matchesWait,
  type WaitRow,
  type WakeRow,
} from "@stepwell/core";
import type { StoredEvent } from "@stepwell/store";
import { admitAll } from "./admit-all.ts";
import type { Context } from "./context.ts";
import { cancelRun, settleInput } from "./settle.ts";
import { asWire } from "./wire-events.ts";

const WAIT_PAGE = 100;

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
  const stored = await context.options.store.read.event(eventId);
  const fn = context.registry.fn(functionId);
  await start(context, wake, stored, fn === undefined ? [] : [fn]);
}

async function start(
  context: Context,
  wake: WakeRow,
  stored: StoredEvent | null,
  functions: FunctionRow[],
): Promise<void> {
  const candidates = stored === null ? [] : functions.map((fn) => candidate(context, stored, fn));
  await admitAll(context, wake, candidates, () => ({ first: [{ remove: "wakes", key: { id: wake.id } }] }));
}

function candidate(context: Context, stored: StoredEvent, fn: FunctionRow): Candidate {
  const event = asWire(stored);
  const now = context.now();
  return {
    fn,
    eventId: stored.row.id,
    event,
    onceKey: idempotencyKey(fn.id, event.id),
    cron: null,
    startAt: event.ts > now ? event.ts : null,
    keys: gateKeys(fn, event as unknown as JsonObject, now),
  };
}

/** Ends every wait the event matches, and cancels the runs it is to cancel (semantics §7.3, §6.10). */
async function endWaits(context: Context, stored: StoredEvent): Promise<void> {
  const { read } = context.options.store;
  const { name } = stored.row;
  const paths = await read.waitPaths(name);
  if (paths.length === 0) return;
  const event = asWaited(stored);
  for (const anchor of anchorsOf(event, paths)) {
    for (let after: string | null = null; ; ) {
      const page: WaitRow[] = await read.waits({ name, anchors: [anchor], after, limit: WAIT_PAGE });
      const now = context.now();
      const hits = page.filter((wait) => matchesWait(wait, { seq: stored.row.seq, value: event }, now));
      await Promise.all(hits.map((wait) => end(context, wait, stored.row.id, event)));
      after = page.at(-1)?.id ?? null;
      if (page.length < WAIT_PAGE) break;
    }
  }
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
