/** Events in: rows and one `route` wake each, in one commit. The sender gets its ids once they are durable. */
import { type Change, eventRows, type NewEvent, StepwellError } from "@stepwell/core";
import { StoreError } from "@stepwell/store";
import type { Context } from "./context.ts";

export function createReceive(context: Context): (events: NewEvent[]) => Promise<string[]> {
  let pending = 0;
  return async (events) => {
    const { maxPendingEvents } = context.options;
    if (pending + events.length > maxPendingEvents && pending > 0) throw new StepwellError("overloaded");
    pending += events.length;
    try {
      return await storeEvents(context, events);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      throw new StepwellError("store_unavailable", `The store cannot write: ${error.message}`, {
        cause: error,
      });
    } finally {
      pending -= events.length;
    }
  };
}

/** An id that is stored already is a repeated send: it is answered alike and stored once (semantics §5.3). */
function storeEvents(context: Context, events: NewEvent[]): Promise<string[]> {
  const ids = events.map((event) => event.id);
  return context.commit({ events: ids }, (seen, moment) => {
    const known = new Set(seen.events);
    const write: Change[] = [];
    for (const event of events) {
      if (known.has(event.id)) continue;
      known.add(event.id);
      write.push(...eventRows(event, moment, { internal: false, route: true }));
    }
    return { write, reply: ids };
  });
}
