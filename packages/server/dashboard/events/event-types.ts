/** Event names, seen or waited for, and what data of a name has looked like. */
import type { EventSchema, EventType } from "@stepwell/api/dashboard";
import type { Json, JsonObject } from "@stepwell/core";
import type { Reads, StoredEvent } from "@stepwell/store";
import { isoTime } from "../../reply.ts";
import { jsonSize } from "../payload-budget.ts";
import { inferSchema } from "./infer-schema.ts";

const MOST_NAMES = 1_000;
const SAMPLES = 100;
/** Events are read by tens, and no more of them when they come to so many bytes: they may have 3 MB each. */
const PART = 10;
const MOST_BYTES = 4 * 1024 * 1024;
/** Larger data helps nobody as an example. */
const LARGEST_EXAMPLE = 64 * 1024;

/** By name. */
export async function readEventTypes(read: Reads): Promise<EventType[]> {
  const [seen, functions] = await Promise.all([read.eventNames(MOST_NAMES), read.functions()]);
  const types = new Map<string, EventType>();
  const typeOf = (name: string): EventType => {
    const type = types.get(name) ?? { name, lastSeenAt: null, functions: [] };
    types.set(name, type);
    return type;
  };
  for (const { name, lastAt } of seen) typeOf(name).lastSeenAt = isoTime(lastAt);
  for (const { slug, archived, config } of functions) {
    if (archived) continue;
    const names = config.triggers.flatMap((trigger) => ("event" in trigger ? [trigger.event] : []));
    for (const name of new Set(names)) typeOf(name).functions.push(slug);
  }
  return [...types.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function readEventSchema(name: string, read: Reads): Promise<EventSchema> {
  const samples: JsonObject[] = [];
  let bytes = 0;
  let cursor: string | null = null;
  do {
    const page = await read.events({
      name,
      includeInternal: true,
      limit: PART,
      ...(cursor === null ? {} : { cursor }),
    });
    for (const event of page.rows) {
      const data = dataOf(event);
      samples.push(data);
      bytes += jsonSize(data);
    }
    cursor = page.cursor;
  } while (cursor !== null && samples.length < SAMPLES && bytes < MOST_BYTES);
  const example = samples.find((data) => jsonSize(data) <= LARGEST_EXAMPLE) ?? null;
  return { name, schema: inferSchema(samples), samples: samples.length, example };
}

/** What users send: the server's own mark in it is not theirs (T-8). */
function dataOf({ body }: StoredEvent): JsonObject {
  const { data } = (body ?? {}) as { data?: Json };
  if (data === null || typeof data !== "object" || Array.isArray(data)) return {};
  const { _inngest, ...rest } = data;
  return rest;
}
