/** Events with their bodies: one, and a page, newest first. */
import type { Instant } from "@stepwell/core";
import type { SqlRow } from "@stepwell/store";
import { decodeRow, type EventFilter, type Page, type PayloadCodec, type StoredEvent } from "@stepwell/store";
import type { Param } from "../driver.ts";
import { type Source, selectList } from "../rows.ts";
import { createMarks, placesIn } from "./list-place.ts";

export const eventColumns: string = `${selectList("events", "e")}, p.value as value`;
const joined = "{events} e left join {payloads} p on p.owner = e.id and p.name = 'event'";

export const eventReadSql: Readonly<Record<"event" | "names", string>> = {
  // index: primary keys
  event: `select ${eventColumns} from ${joined} where e.id = $1`,
  // index: events_name, from one name to the next
  names: `with recursive found(name) as (
      (select name from {events} order by name limit 1)
      union all
      select (select name from {events} where name > found.name order by name limit 1)
      from found where found.name is not null
    )
    select found.name, newest.received_at from found
    cross join lateral (select received_at from {events} events
      where events.name = found.name and internal = false order by received_at desc limit 1) newest
    where found.name is not null limit $1`,
};

/** Names that are not the server's own, each with its newest time of receipt. */
export async function readEventNames(
  { link }: Source,
  most: number,
): Promise<{ name: string; lastAt: Instant }[]> {
  const rows = await link.query(eventReadSql.names, most);
  return rows.map((row) => ({ name: String(row["name"]), lastAt: Number(row["received_at"]) }));
}

export async function readEvent({ link, codec }: Source, id: string): Promise<StoredEvent | null> {
  const [raw] = await link.query(eventReadSql.event, id);
  return raw === undefined ? null : storedEvent(raw, codec);
}

/** Ordered by (receivedAt, seq); the cursor is the last event's id. */
export async function readEvents({ link, codec }: Source, filter: EventFilter): Promise<Page<StoredEvent>> {
  const { sql, values } = eventsStatement(filter);
  const raw = await link.once(sql, ...values);
  const rows = raw.slice(0, filter.limit).map((row) => storedEvent(row, codec));
  return { rows, cursor: raw.length > filter.limit ? (rows.at(-1)?.row.id ?? null) : null };
}

/**
 * index: events_name with a name, else events_received. Those of the server and the others are ranges of their own:
 * a page of one kind does not walk over the other, and a page of both is merged. Bodies are looked up for the
 * page only.
 */
export function eventsStatement(filter: EventFilter): { sql: string; values: Param[] } {
  const { name, receivedAfter, receivedBefore, includeInternal, afterSeq, cursor, limit } = filter;
  const { values, mark } = createMarks();
  // Its bound excludes the time itself.
  const from = receivedAfter === undefined ? undefined : receivedAfter + 1;
  const where = [
    ...(name === undefined ? [] : [`name = ${mark(name)}`]),
    ...placesIn("events", "received_at", { from, until: receivedBefore, cursor }, mark),
    ...(afterSeq === undefined ? [] : [`seq > ${mark(afterSeq)}`]),
  ];
  const inOrder = `order by received_at desc, seq desc limit ${mark(limit + 1)}`;
  const kind = (internal: boolean): string =>
    `(select * from {events} where ${[`internal = ${internal}`, ...where].join(" and ")} ${inOrder})`;
  const page = includeInternal === true ? `${kind(false)} union all ${kind(true)} ${inOrder}` : kind(false);
  const sql = `select ${eventColumns} from (${page}) e
    left join {payloads} p on p.owner = e.id and p.name = 'event' order by e.received_at desc, e.seq desc`;
  return { sql, values };
}

export function storedEvent(raw: SqlRow, codec: PayloadCodec): StoredEvent {
  const value = raw["value"];
  return {
    row: decodeRow("events", raw, codec),
    body: value instanceof Uint8Array ? codec.decode(value) : null,
  };
}
