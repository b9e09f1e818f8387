/** A stored event as functions get it. */
import { type EventBody, type WireEvent, wireEvent } from "@stepwell/core";
import type { StoredEvent } from "@stepwell/store";

export function payloadOf({ row, body }: StoredEvent): WireEvent {
  return wireEvent(row, body as unknown as EventBody);
}
