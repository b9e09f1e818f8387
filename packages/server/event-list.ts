/** The event list: its filters as people write them, and its pages (wire.md §10.1, semantics §10.4). */
import type { ListPage } from "@stepwell/api";
import type { EventFilter, Page, Reads, StoredEvent } from "@stepwell/store";
import { readFlag, readLimit, readTime, readUlid } from "./query.ts";
import { eventMatches, type Listed, readSearch, searchList } from "./search.ts";

const PAGE = 20;
const LARGEST_PAGE = 100;

/** One page of the event list, newest first. @throws StepwellError `query_invalid`, `id_malformed` */
export async function listEvents(
  params: URLSearchParams,
  read: Reads,
): Promise<{ rows: StoredEvent[]; page: ListPage }> {
  const names = [...params.getAll("name"), ...params.getAll("name[]")].filter((name) => name !== "");
  const limit = readLimit(params, PAGE, LARGEST_PAGE);
  const search = readSearch(params, ["event"]);
  const filter = eventFilter(params, names);
  const text = params.get("cursor");
  const cursor = text ? readUlid(text) : undefined;
  const page = (after: string | undefined, size: number): Promise<Page<StoredEvent>> =>
    read.events({ ...filter, limit: size, ...(after === undefined ? {} : { cursor: after }) });
  const list: Listed<StoredEvent> = {
    page,
    idOf: (event) => event.row.id,
    matches: (event) =>
      (names.length < 2 || names.includes(event.row.name)) &&
      (search === undefined || eventMatches(search, event)),
  };
  // A store finds one name by its index; several are looked for like a search.
  const found =
    search === undefined && names.length < 2
      ? await page(cursor, limit)
      : await searchList(list, cursor, limit);
  return { rows: found.rows, page: { cursor: found.cursor, hasMore: found.cursor !== null, limit } };
}

function eventFilter(params: URLSearchParams, names: string[]): Omit<EventFilter, "limit"> {
  const [name] = names.length === 1 ? names : [];
  const receivedAfter = readTime(params, "received_after");
  const receivedBefore = readTime(params, "received_before");
  // Internal events are hidden from lists unless they are asked for (TR-12).
  const byName = names.some((one) => one.toLowerCase().startsWith("inngest/")) ? true : undefined;
  const internal = readFlag(params, "include_internal") ?? byName;
  return {
    ...(name === undefined ? {} : { name }),
    ...(receivedAfter === undefined ? {} : { receivedAfter }),
    ...(receivedBefore === undefined ? {} : { receivedBefore }),
    ...(internal === undefined ? {} : { includeInternal: internal }),
  };
}
