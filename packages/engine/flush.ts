/** What gates put off: a debounce that has become quiet, a batch whose time is over, a throttle that has room again. */
import {
  batchState,
  type Candidate,
  debounceState,
  type FunctionRow,
  flushBatch,
  refused,
  type WakeJob,
  type WakeRow,
} from "@stepwell/core";
import { admitAll, candidateOf } from "./admit-all.ts";
import type { Context } from "./context.ts";

type Job<K> = Extract<WakeJob, { kind: K }>;

/** An active function; a removed one starts nothing (semantics §6.5). */
function activeFunction(context: Context, id: string): FunctionRow | null {
  const fn = context.registry.fn(id);
  return fn === undefined || fn.archived ? null : fn;
}

/** Starts the run of the newest event, or waits on when a later one has come. */
export async function flushDebounce(context: Context, wake: WakeRow, job: Job<"debounce">): Promise<void> {
  const { read } = context.options.store;
  const fn = activeFunction(context, job.functionId);
  const state = debounceState((await read.gateCell(job.key)) ?? undefined);
  const stored = state === null ? null : await read.event(state.eventId);
  // Its own time (`ts`) was for the event: what is quiet now starts now.
  const candidates: Candidate[] =
    fn === null || stored === null
      ? []
      : [
          {
            ...candidateOf(context, stored, fn),
            startAt: null,
            from: "quiet",
            ...(state?.leader === undefined ? {} : { leader: state.leader }),
          },
        ];
  await admitAll(
    context,
    wake,
    candidates,
    (seen, moment) => {
      const now = debounceState(seen.gates.get(job.key));
      if (now !== null && now.flushAt > moment.now)
        return [{ update: "wakes", key: { id: wake.id }, set: { dueAt: now.flushAt, score: now.flushAt } }];
      // A newer event has come since it was read: once more with that one.
      if (now !== null && now.eventId !== state?.eventId) return [];
      seen.gates.delete(job.key);
      return {
        first: [
          { remove: "wakes", key: { id: wake.id } },
          { remove: "gateCells", key: { key: job.key } },
        ],
      };
    },
    [job.key],
  );
}

/** Starts the run of a batch that did not fill up in time. */
export async function flushBatchOf(context: Context, wake: WakeRow, job: Job<"batch">): Promise<void> {
  const fn = activeFunction(context, job.functionId);
  await context.commit({ wake: wake.id, gates: [job.key] }, (seen, moment) => {
    if (seen.wake === null) return { write: [], reply: null };
    const state = batchState(seen.gates.get(job.key));
    const isOpen = state !== null && state.batchId === job.batchId;
    const gone = { remove: "wakes" as const, key: { id: wake.id } };
    if (!isOpen) return { write: [gone], reply: null };
    if (fn === null) {
      const failed = refused(state.parents, "the invoked function is no longer in its app", moment);
      return { write: [gone, { remove: "gateCells", key: { key: job.key } }, ...failed], reply: null };
    }
    return { write: [gone, ...flushBatch(fn, job.key, state, moment).write], reply: null };
  });
}

/** A throttled cell has room again: the lanes that are blocked on it are looked at. */
export async function lookAgain(context: Context, wake: WakeRow, job: Job<"room">): Promise<void> {
  await context.commit({ wake: wake.id }, (seen) => {
    if (seen.wake === null) return { write: [], reply: null };
    const nudge = { pool: job.pool, lane: null, cells: [job.cell], score: null, gone: null };
    return {
      write: [
        { remove: "wakes", key: { id: wake.id } },
        { insert: "nudges", row: nudge },
      ],
      reply: null,
    };
  });
}
