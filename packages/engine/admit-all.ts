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
 */
export async function admitAll(
  context: Context,
  wake: WakeRow | null,
  candidates: readonly Candidate[],
  prepare: (seen: AdmissionSeen, moment: Moment) => Prepared,
  gates: readonly string[] = [],
): Promise<Admitted[]> {
  const cancelled = new Map<string, string>();
  for (;;) {
    const outcome = await attempt(context, wake, candidates, prepare, gates, cancelled);
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
): Promise<Tried> {
  const ask = {
    ...(wake === null ? {} : { wake: wake.id }),
    gates: [...new Set([...gates, ...candidates.flatMap(({ onceKey, keys }) => gatesOf(onceKey, keys))])],
    holders: candidates.flatMap(({ keys }) => (keys.singleton === null ? [] : [keys.singleton])),
    awaited: candidates.flatMap(({ fn }) => (fn.config.cancelOn ?? []).map(({ event }) => event)),
  };
  return context.commit(ask, (locked, moment): Decision<Tried> => {
    if (wake !== null && locked.wake === null) return { write: [], reply: [] };
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
