/** Stored events as the wire has them. */
import { type EventBody, type WireEvent, wireEvent } from "@stepwell/core";
import type { StoredEvent } from "@stepwell/store";

export function asWire(stored: StoredEvent): WireEvent {
  return wireEvent(stored.row, stored.body as unknown as EventBody);
}
