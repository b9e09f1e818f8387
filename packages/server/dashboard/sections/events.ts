/** Events: the list, one event, sending one, and what is known of their names. */
import type { eventsSchemas } from "@stepwell/api/dashboard/schemas";
import { acceptEvents } from "@stepwell/protocol";
import { readUlid } from "../../query.ts";
import { noEvent } from "../../routes/v2-events.ts";
import type { Handlers } from "../call.ts";
import { eventLines, readEventDetail } from "../events/event-lines.ts";
import { readEventSchema, readEventTypes } from "../events/event-types.ts";
import { findEvents } from "../events/select-events.ts";

const PAGE = 50;

export const eventsHandlers: Handlers<keyof typeof eventsSchemas> = {
  async listEvents({ query: { q, internal, cursor, limit = PAGE }, engine }) {
    const after = cursor === undefined ? undefined : readUlid(cursor);
    const found = await findEvents({ q, internal, cursor: after, limit }, engine.read, engine.now());
    return {
      data: await eventLines(found.rows, engine.read),
      page: { next: found.cursor, limit },
      ...(found.stoppedAt === null ? {} : { searchedTo: found.stoppedAt.row.receivedAt }),
    };
  },

  async getEvent({ params, engine }) {
    const detail = await readEventDetail(readUlid(params.id), engine);
    if (detail === null) throw noEvent();
    return { data: detail };
  },

  async sendEvent({ body, engine }) {
    const { events, refusal } = acceptEvents([body], {
      now: engine.now(),
      seed: undefined,
      newId: () => engine.newId(),
    });
    if (refusal !== null) throw refusal;
    const [id = ""] = await engine.receive(events);
    return { data: { id }, target: `event ${id}`, detail: { name: body.name } };
  },

  async listEventTypes({ engine }) {
    return { data: await readEventTypes(engine.read) };
  },

  async getEventSchema({ params, engine }) {
    return { data: await readEventSchema(params.name, engine.read) };
  },
};
