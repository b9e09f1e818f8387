/**
 * Which events are accepted, and how they look afterwards (semantics §3.1, §5.3). A list is
 * accepted up to its first bad event: those before it are stored, the reply is the refusal (T-5).
 */
import {
  type EventBody,
  type EventId,
  type Instant,
  type Json,
  type JsonObject,
  type NewEvent,
  StepwellError,
} from "@stepwell/core";
import { readSeed, seededId } from "./ids.ts";
import { isObject, jsonBytes } from "./json.ts";

export const MAX_EVENTS_PER_REQUEST = 5_000;
export const MAX_EVENT_BYTES: number = 3 * 1024 * 1024;
const MAX_NAME_LENGTH = 512;
const EARLIEST_TS = Date.UTC(1980, 0, 1);
const LATEST_TS = Date.UTC(2101, 0, 1) - 1;

export interface AcceptOptions {
  now: Instant;
  /** Header `x-inngest-event-id-seed`; a malformed one is ignored. */
  seed: string | undefined;
  newId(): EventId;
}

/** Checks raw events; `events` holds those before the first bad one, `refusal` says what is wrong with that one. */
export function acceptEvents(
  raw: readonly unknown[],
  options: AcceptOptions,
): { events: NewEvent[]; refusal: StepwellError | null } {
  if (raw.length > MAX_EVENTS_PER_REQUEST)
    return { events: [], refusal: new StepwellError("too_many_events") };
  const seed = readSeed(options.seed);
  const events: NewEvent[] = [];
  for (const [index, item] of raw.entries()) {
    try {
      // Semantics §5.3: on the event endpoint the index starts at 1.
      const makeId = () => (seed === null ? options.newId() : seededId(seed, index + 1));
      events.push(acceptEvent(item, options.now, makeId));
    } catch (error) {
      if (!(error instanceof StepwellError)) throw error;
      const where = raw.length === 1 ? "The event" : `Event ${index + 1} of ${raw.length}`;
      return { events, refusal: new StepwellError(error.code, `${where}: ${error.message}`) };
    }
  }
  return { events, refusal: null };
}

function acceptEvent(item: unknown, now: Instant, makeId: () => EventId): NewEvent {
  if (!isObject(item)) throw invalid("it must be an object with `name` and `data`.");
  const name = readName(item.name);
  const externalId = readText(item.id, "id");
  const ts = readTime(item.ts) ?? now;
  const body = readBody(item);
  if (jsonBytes(item) > MAX_EVENT_BYTES)
    throw new StepwellError(
      "event_too_large",
      `"${name}" is larger than 3 MiB. Store the payload elsewhere.`,
    );
  const id = makeId();
  return { id, externalId: externalId ?? id, name, ts, body };
}

function readName(value: Json | undefined): string {
  if (typeof value !== "string" || value.trim() === "") throw invalid("`name` is missing; it must be text.");
  if (value.length > MAX_NAME_LENGTH)
    throw invalid(`\`name\` has ${value.length} characters; at most ${MAX_NAME_LENGTH} are allowed.`);
  if (/^inngest\//i.test(value))
    throw new StepwellError(
      "event_name_reserved",
      `the name "${value}" is reserved: names that start with \`inngest/\` belong to the server.`,
    );
  return value;
}

/** Null and empty text count as absent: some SDKs send them for "not set". */
function readText(value: Json | undefined, field: "id" | "v"): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "string") return value;
  throw invalid(`\`${field}\` must be text, and is ${kindOf(value)}.`);
}

/** Milliseconds in 1980…2100; null and 0 count as absent. */
function readTime(value: Json | undefined): Instant | null {
  if (value === undefined || value === null || value === 0) return null;
  if (typeof value !== "number" || !Number.isInteger(value))
    throw invalid(
      `\`ts\` must be a whole number of milliseconds, and is ${typeof value === "number" ? value : kindOf(value)}.`,
    );
  if (value >= EARLIEST_TS && value <= LATEST_TS) return value;
  const seconds = value * 1000 >= EARLIEST_TS && value * 1000 <= LATEST_TS;
  throw invalid(
    `\`ts\` is ${value}, which is not between 1980 and 2100.${seconds ? " It looks like seconds: multiply by 1000." : ""}`,
  );
}

function readBody(item: JsonObject): EventBody {
  const body: EventBody = { data: withoutRouting(readObject(item.data, "data") ?? {}) };
  const user = readObject(item.user, "user");
  if (user !== null) body.user = user;
  const v = readText(item.v, "v");
  if (v !== null) body.v = v;
  const meta = readObject(item.meta, "meta");
  if (meta !== null) body.meta = meta;
  return body;
}

function readObject(value: Json | undefined, field: "data" | "user" | "meta"): JsonObject | null {
  if (value === undefined || value === null) return null;
  if (isObject(value)) return value;
  throw invalid(`\`${field}\` must be an object, and is ${kindOf(value)}.`);
}

/** `data._inngest` belongs to the server; users may not set it (T-8). */
function withoutRouting(data: JsonObject): JsonObject {
  if (!Object.hasOwn(data, "_inngest")) return data;
  const { _inngest, ...rest } = data;
  return rest;
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return "a list";
  if (value === null) return "null";
  const kind = { string: "text", number: "a number", boolean: "a boolean", object: "an object" } as const;
  return kind[typeof value as keyof typeof kind];
}

function invalid(why: string): StepwellError {
  return new StepwellError("event_invalid", why);
}
