/**
 * One commit that takes candidates through the gates. A singleton that replaces needs its holder gone first:
 * then nothing is written, the holder is cancelled in a commit of its own, and the event is tried again.
 */
import {
  type AdmissionSeen,
  type Admitted,
  admit,
  type Candidate,
  type Change,
  type FunctionRow,
  gateKeys,
  gatesOf,
  idempotencyKey,
  type JsonObject,
  type Moment,
  type WakeRow,
} from "@stepwell/core";
import type { Decision, StoredEvent } from "@stepwell/store";
import { type Acted, type Along, allowedAlong, askAlong, writtenAlong } from "./along.ts";
import type { Context } from "./context.ts";
import { keyOver } from "./registry.ts";
import { cancelRun } from "./settle.ts";
import { asWire } from "./wire-events.ts";

type Tried = Admitted[] | Extract<Admitted, { is: "cancelFirst" }>;
/** Changes alone: nothing is admitted now. With `first`: these are written, then the candidates go in. */
type Prepared = Change[] | { first: Change[] };

/**
 * @param wake what is being handled; gone means that another has done it
 * @param prepare what the wake itself needs, seen under the lock
 * @param gates cells that `prepare` looks at
 * @param along goes into the same commit; where it calls the candidate off, none is admitted
 */
export async function admitAll(
  context: Context,
  wake: WakeRow | null,
  candidates: readonly Candidate[],
  prepare: (seen: AdmissionSeen, moment: Moment) => Prepared,
  gates: readonly string[] = [],
  along?: Along,
): Promise<Admitted[]> {
  const cancelled = new Map<string, string>();
  for (;;) {
    const outcome = await attempt(context, wake, candidates, prepare, gates, cancelled, along);
    if (Array.isArray(outcome)) return outcome;
    await cancelRun(context, outcome.holder, "replaced by a newer run (singleton)");
    cancelled.set(outcome.cell, outcome.holder);
  }
}

function attempt(
  context: Context,
  wake: WakeRow | null,
  candidates: readonly Candidate[],
  prepare: (seen: AdmissionSeen, moment: Moment) => Prepared,
  gates: readonly string[],
  cancelled: ReadonlyMap<string, string>,
  along: Along | undefined,
): Promise<Tried> {
  const ask = {
    ...askAlong(along),
    ...(wake === null ? {} : { wake: wake.id }),
    gates: [...new Set([...gates, ...candidates.flatMap(({ onceKey, keys }) => gatesOf(onceKey, keys))])],
    holders: candidates.flatMap(({ keys }) => (keys.singleton === null ? [] : [keys.singleton])),
    awaited: candidates.flatMap(({ fn }) => (fn.config.cancelOn ?? []).map(({ event }) => event)),
  };
  return context.commit(ask, (locked, moment): Decision<Tried> => {
    if (wake !== null && locked.wake === null) return { write: [], reply: [] };
    if (!allowedAlong(along, locked.bulkJob, moment)) return { write: [], reply: [] };
    const { holders, awaited } = locked;
    const seen: AdmissionSeen = { gates: new Map(locked.gates), holders, awaited, cancelled };
    const prepared = prepare(seen, moment);
    if (Array.isArray(prepared)) return { write: prepared, reply: [] };
    const write = [...prepared.first];
    const outcomes: Admitted[] = [];
    for (const candidate of candidates) {
      const admission = admit(candidate, seen, keyOver(candidate.event, moment.now), moment);
      if (admission.outcome.is === "cancelFirst") return { write: [], reply: admission.outcome };
      write.push(...admission.write);
      outcomes.push(admission.outcome);
      if ("runId" in admission.outcome) {
        const { runId: newRunId } = admission.outcome;
        const acted: Acted =
          admission.outcome.is === "started"
            ? { is: "done", newRunId }
            : { is: "skipped", newRunId, reason: admission.outcome.reason };
        write.push(...writtenAlong(along, locked.bulkJob, acted, moment));
      }
    }
    return { write, reply: outcomes };
  });
}

/** A function that a stored event may start. */
export function candidateOf(context: Context, stored: StoredEvent, fn: FunctionRow): Candidate {
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
