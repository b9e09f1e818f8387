/** Schemas of the events section. */
import { z } from "zod";
import { eventOutcomeSchema } from "../../waiting.ts";
import type { SchemasOf } from "./index.ts";
import { filterText, pageLimit, relatedRunSchema } from "./runs.ts";

const time = z.iso.datetime();
const object = z.record(z.string(), z.unknown());

const line = {
  id: z.string(),
  externalId: z.string(),
  name: z.string(),
  receivedAt: time,
  occurredAt: time,
  internal: z.boolean(),
  bytes: z.int().nonnegative(),
  runs: z.array(relatedRunSchema).max(100),
};

export const eventsSchemas: SchemasOf<
  "listEvents" | "getEvent" | "sendEvent" | "listEventTypes" | "getEventSchema"
> = {
  listEvents: {
    query: z.strictObject({
      q: filterText.exactOptional(),
      internal: z
        .enum(["true", "false"])
        .transform((word) => word === "true")
        .exactOptional(),
      cursor: z.string().exactOptional(),
      limit: pageLimit.exactOptional(),
    }),
    answer: z.array(z.strictObject(line)),
  },
  getEvent: {
    answer: z.strictObject({ ...line, payload: z.unknown(), outcomes: z.array(eventOutcomeSchema) }),
  },
  sendEvent: {
    // What an event must be like is said by the door for all events, in the same words.
    body: z.strictObject({
      name: z.string(),
      data: object.exactOptional(),
      user: object.exactOptional(),
      id: z.string().exactOptional(),
      ts: z.number().exactOptional(),
    }),
    answer: z.strictObject({ id: z.string() }),
  },
  listEventTypes: {
    answer: z.array(
      z.strictObject({ name: z.string(), lastSeenAt: time.nullable(), functions: z.array(z.string()) }),
    ),
  },
  getEventSchema: {
    answer: z.strictObject({
      name: z.string(),
      schema: object.nullable(),
      samples: z.int().nonnegative(),
      example: object.nullable(),
    }),
  },
};
