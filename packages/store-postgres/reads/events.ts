/** Events with their bodies: one, and a page, newest first. */
import type { SqlRow, SqlValue } from "@stepwell/store";
import { decodeRow, type EventFilter, type Page, type PayloadCodec, type StoredEvent } from "@stepwell/store";
import { type Source, selectList } from "../rows.ts";

export const eventColumns: string = `${selectList("events", "e")}, p.value as value`;
const joined = "{events} e left join {payloads} p on p.owner = e.id and p.name = 'event'";

export const eventReadSql: Readonly<Record<"event", string>> = {
  // index: primary keys
  event: `select ${eventColumns} from ${joined} where e.id = $1`,
};

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

/** index: events_name with a name, else events_received. Bodies are looked up for the page only. */
export function eventsStatement(filter: EventFilter): { sql: string; values: SqlValue[] } {
  const { name, receivedAfter, receivedBefore, includeInternal, afterSeq, cursor, limit } = filter;
  const where: string[] = [];
  const values: SqlValue[] = [];
  const and = (condition: string, value: SqlValue): void => {
    values.push(value);
    where.push(condition.replace("?", `$${values.length}`));
  };
  if (name !== undefined) and("name = ?", name);
  if (receivedAfter !== undefined) and("received_at > ?", receivedAfter);
  if (receivedBefore !== undefined) and("received_at < ?", receivedBefore);
  if (afterSeq !== undefined) and("seq > ?", afterSeq);
  if (includeInternal !== true) where.push("not internal");
  if (cursor !== undefined)
    and("(received_at, seq) < (select c.received_at, c.seq from {events} c where c.id = ?)", cursor);
  const conditions = where.length === 0 ? "" : `where ${where.join(" and ")}`;
  values.push(limit + 1);
  const page = `select * from {events} ${conditions} order by received_at desc, seq desc limit $${values.length}`;
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
