/** Events as the store keeps them, and as SDKs and users see them. */
import type { EventId } from "./ids.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Instant } from "./moment.ts";

/** An event as it goes over the wire to an app (wire.md §4.2): `user` is `{}` if none, `v` and `meta` only when set. */
export interface WireEvent {
  name: string;
  data: JsonObject;
  /** The external id: the sender's, else the internal one. */
  id: string;
  ts: number;
  user: JsonObject;
  v?: string;
  meta?: JsonObject;
}

/** The part of an event that lives in a payload, apart from the hot row. */
export interface EventBody {
  data: JsonObject;
  user?: JsonObject;
  v?: string;
  meta?: JsonObject;
}

export interface EventRow {
  id: EventId;
  /** The store's sequence: decides "before" and "after" (ADR 0005). Assigned by the store. */
  seq: number;
  externalId: string;
  name: string;
  ts: Instant;
  receivedAt: Instant;
  /** Made by the server (`inngest/…`); hidden from lists unless asked for. */
  internal: boolean;
}

/** An accepted event on its way into the store: ids are fixed, limits are checked. */
export interface NewEvent {
  id: EventId;
  externalId: string;
  name: string;
  ts: Instant;
  body: EventBody;
}

/** Puts the stored halves of an event together again. */
export function wireEvent(row: Pick<EventRow, "externalId" | "name" | "ts">, body: EventBody): WireEvent {
  return {
    name: row.name,
    data: body.data,
    id: row.externalId,
    ts: row.ts,
    user: body.user ?? {},
    ...(body.v === undefined ? {} : { v: body.v }),
    ...(body.meta === undefined ? {} : { meta: body.meta }),
  };
}

/** The JSON of an event: what `payloads` stores under `event`. */
export function bodyJson(body: EventBody): Json {
  return { ...body } as JsonObject;
}
