/** Events by a filter as people write it. One name and the time go to the store's index, the rest is looked at. */
import { matchesValue, type Term } from "@stepwell/api/dashboard";
import type { EventRow, Instant } from "@stepwell/core";
import type { EventFilter, Reads, StoredEvent } from "@stepwell/store";
import { type Found, type Listed, SEARCH_BOUND, searchedEvent, searchList } from "../../search.ts";
import { jsonSize, PAYLOAD_BUDGET } from "../payload-budget.ts";
import { isPayloadTerm, payloadsMatch } from "../payload-terms.ts";
import { readTerms, timeOf } from "../terms.ts";
import { payloadOf } from "./payload-of.ts";

export interface EventsAsked {
  q?: string | undefined;
  internal?: boolean | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** An event that was looked at; its payload, of up to 3 MB, is not kept. */
export interface FoundEvent {
  row: EventRow;
  holds: boolean;
  /** Of the payload as JSON text; 0 where it was not asked for. */
  bytes: number;
}

/** So many payloads are in memory at once, fewer where those before were large. */
const PART = 20;

/**
 * The next events that match, newest first.
 * @throws StepwellError `query_invalid`
 */
export async function findEvents(asked: EventsAsked, read: Reads, now: Instant): Promise<Found<FoundEvent>> {
  const { q = "", cursor, limit } = asked;
  const terms = readTerms(q, "events");
  const named = terms.find(isOneName);
  const filter = storeFilter(terms, named, asked, now);
  const look = (event: StoredEvent): FoundEvent => {
    const holds = isWithin(filter, event) && eventHolds(terms, event);
    return { row: event.row, holds, bytes: holds ? jsonSize(payloadOf(event)) : 0 };
  };
  const byId = await readById(terms, read);
  if (byId !== null && cursor === undefined)
    return { rows: [look(byId)].filter(({ holds }) => holds), cursor: null, stoppedAt: null };
  let part = PART;
  const list: Listed<FoundEvent> = {
    async page(after, size) {
      const page = await read.events({
        ...filter,
        limit: Math.min(size, part),
        ...(after === undefined ? {} : { cursor: after }),
      });
      const rows = page.rows.map(look);
      const average = rows.reduce((sum, { bytes }) => sum + bytes, 0) / rows.length;
      part = Math.min(PART, Math.max(1, Math.floor(PAYLOAD_BUDGET / average)));
      return { rows, cursor: page.cursor };
    },
    idOf: ({ row }) => row.id,
    matches: ({ holds }) => holds,
  };
  const looksForMore = terms.some((term) => term !== named && !isTime(term));
  return searchList(list, cursor, limit, looksForMore ? SEARCH_BOUND : NO_BOUND);
}

/** What the store finds by itself is read to the end of the page. */
const NO_BOUND = { rows: Number.POSITIVE_INFINITY, ms: Number.POSITIVE_INFINITY };

function storeFilter(
  terms: readonly Term[],
  named: Term | undefined,
  { internal }: EventsAsked,
  now: Instant,
): Omit<EventFilter, "cursor" | "limit"> {
  const { since, until } = timeOf(terms, now);
  return {
    ...(named === undefined ? {} : { name: named.values[0]?.text ?? "" }),
    // The store leaves out the instant itself.
    ...(since === null ? {} : { receivedAfter: since - 1 }),
    ...(until === null ? {} : { receivedBefore: until }),
    ...((internal ?? asksForInternal(terms)) ? { includeInternal: true } : {}),
  };
}

/** Who names the server's own events gets them (TR-12). */
function asksForInternal(terms: readonly Term[]): boolean {
  const asked = terms.filter(({ field, not }) => !not && (field === "name" || field === "id"));
  return asked.some(
    ({ field, values }) =>
      field === "id" || values.some(({ text }) => text.toLowerCase().startsWith("inngest/")),
  );
}

function isOneName({ field, not, values }: Term): boolean {
  return field === "name" && !not && values.length === 1 && values[0]?.glob === false;
}

function isTime({ field }: Term): boolean {
  return field === "since" || field === "until";
}

/** The event of one internal id is found at once; other ids are the senders'. */
async function readById(terms: readonly Term[], read: Reads): Promise<StoredEvent | null> {
  const [id, ...others] = terms.find(({ field, not }) => field === "id" && !not)?.values ?? [];
  if (id === undefined || others.length > 0 || id.glob) return null;
  return read.event(id.text);
}

function isWithin(
  { name, receivedAfter, receivedBefore, includeInternal = false }: Omit<EventFilter, "limit">,
  { row }: StoredEvent,
): boolean {
  return (
    (includeInternal || !row.internal) &&
    (name === undefined || row.name === name) &&
    (receivedAfter === undefined || row.receivedAt > receivedAfter) &&
    (receivedBefore === undefined || row.receivedAt < receivedBefore)
  );
}

function eventHolds(terms: readonly Term[], event: StoredEvent): boolean {
  const own = terms.filter((term) => !isTime(term) && !isPayloadTerm(term));
  const payload = terms.filter(isPayloadTerm);
  return (
    own.every((term) => rowHolds(term, event) !== term.not) &&
    (payload.length === 0 || payloadsMatch(payload, { events: [searchedEvent(event)] }))
  );
}

function rowHolds({ field, values }: Term, { row }: StoredEvent): boolean {
  const texts = field === "name" ? [row.name] : [row.id, row.externalId];
  return values.some((value) => texts.some((text) => matchesValue(value, text)));
}
