/** Events: the list, one event with what became of it, and sending one. */
import type { EventOutcome } from "../waiting.ts";
import type { RelatedRun } from "./runs.ts";

export interface EventsQuery {
  /** The filter as people write it: `name:`, `id:`, `since:`, `event.data.x:` and words (`filter.ts`). */
  q?: string;
  /** `true`: with the server's own events. */
  internal?: boolean;
  cursor?: string;
  /** 1 to 200; default 50. */
  limit?: number;
}

export interface EventLine {
  /** Minted by the server. */
  id: string;
  /** The sender's id; equals `id` where there was none. */
  externalId: string;
  name: string;
  receivedAt: string;
  occurredAt: string;
  internal: boolean;
  /** Of the payload as JSON text. */
  bytes: number;
  /** Runs that it started: in a list at most 10, of one event at most 100. */
  runs: RelatedRun[];
}

export interface EventDetail extends EventLine {
  /** The event as functions get it. */
  payload: unknown;
  outcomes: EventOutcome[];
}

export interface SendEventBody {
  name: string;
  data?: Record<string, unknown>;
  user?: Record<string, unknown>;
  id?: string;
  /** Epoch milliseconds; in the future: functions start then. */
  ts?: number;
}

export interface SentEvent {
  id: string;
}

/** An event name that was seen or that a function is triggered by. */
export interface EventType {
  name: string;
  /** Null: never seen. */
  lastSeenAt: string | null;
  /** Slugs of functions that it triggers. */
  functions: string[];
}

/** What data of this name looked like. */
export interface EventSchema {
  name: string;
  /** JSON Schema (2020-12) of `data`, inferred from the newest 100, or fewer large ones; null: none was seen. */
  schema: Record<string, unknown> | null;
  samples: number;
  /** `data` of the newest that has at most 64 KB; null: there is none. */
  example: Record<string, unknown> | null;
}
