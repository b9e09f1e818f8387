/** An event → the runs it starts: route and admit are one commit (hard-parts.md §5). */
import { admit, type Candidate, type Change, idempotencyKey, type WakeRow } from "@stepwell/core";
import type { StoredEvent } from "@stepwell/store";
import type { Context } from "./context.ts";
import { keyOver } from "./registry.ts";
import { asWire } from "./wire-events.ts";

/** Handles a due `route` wake. A wake that is gone was handled before: nothing happens. */
export async function route(context: Context, wake: WakeRow, eventId: string): Promise<void> {
  const stored = await context.options.store.read.event(eventId);
  const candidates = stored === null ? [] : candidatesFor(context, stored);
  const gates = candidates.map((candidate) => candidate.onceKey);
  await context.commit({ wake: wake.id, gates }, (seen, moment) => {
    if (seen.wake === null) return { write: [], reply: null };
    const taken = new Map(seen.gates);
    const write: Change[] = [{ remove: "wakes", key: { id: wake.id } }];
    for (const candidate of candidates)
      write.push(...admit(candidate, taken, keyOver(candidate.event, moment.now), moment).write);
    return { write, reply: null };
  });
}

function candidatesFor(context: Context, stored: StoredEvent): Candidate[] {
  const now = context.now();
  const event = asWire(stored);
  return context.registry.matching(event, now).map((fn) => ({
    fn,
    eventId: stored.row.id,
    event,
    onceKey: idempotencyKey(fn.id, event.id),
    cron: null,
    startAt: event.ts > now ? event.ts : null,
  }));
}
