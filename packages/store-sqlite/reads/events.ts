/** Events with their bodies: one, and a page, newest first. */
import type { SqlRow, SqlValue } from "@stepwell/store";
import { decodeRow, type EventFilter, type Page, type StoredEvent } from "@stepwell/store";
import { type Source, selectList } from "../rows.ts";

const columns = `${selectList("events", "e")}, p.value as value`;
const joined = "events e left join payloads p on p.owner = e.id and p.name = 'event'";

export const eventReadSql: Readonly<Record<"event", string>> = {
  // index: unique (id), and (owner, name)
  event: `select ${columns} from ${joined} where e.id = ?`,
};

export function readEvent(source: Source, id: string): StoredEvent | null {
  const raw = source.db.get(eventReadSql.event, id);
  return raw === null ? null : stored(source, raw);
}

/** Ordered by (receivedAt, seq); the cursor is the last event's id. */
export function readEvents(source: Source, filter: EventFilter): Page<StoredEvent> {
  const { cursor, limit } = filter;
  const { sql, values } = eventsStatement(filter);
  const raw = source.db.all(sql, ...values, ...(cursor === undefined ? [] : [cursor]), limit + 1);
  const rows = raw.slice(0, limit).map((row) => stored(source, row));
  return { rows, cursor: raw.length > limit ? (rows.at(-1)?.row.id ?? null) : null };
}

/** index: events_name with a name, else events_received */
export function eventsStatement(filter: EventFilter): { sql: string; values: SqlValue[] } {
  const { name, receivedAfter, receivedBefore, includeInternal, afterSeq } = filter;
  const where: string[] = [];
  const values: SqlValue[] = [];
  const and = (condition: string, value: SqlValue): void => {
    where.push(condition);
    values.push(value);
  };
  if (name !== undefined) and("e.name = ?", name);
  if (receivedAfter !== undefined) and("e.received_at > ?", receivedAfter);
  if (receivedBefore !== undefined) and("e.received_at < ?", receivedBefore);
  if (afterSeq !== undefined) and("+e.seq > ?", afterSeq);
  if (includeInternal !== true) where.push("+e.internal = 0");
  if (filter.cursor !== undefined)
    where.push("(e.received_at, e.seq) < (select received_at, seq from events where id = ?)");
  const conditions = where.length === 0 ? "" : `where ${where.join(" and ")}`;
  const sql = `select ${columns} from ${joined} ${conditions} order by e.received_at desc, e.seq desc limit ?`;
  return { sql, values };
}

function stored({ codec }: Source, raw: SqlRow): StoredEvent {
  const value = raw["value"];
  return {
    row: decodeRow("events", raw, codec),
    body: value instanceof Uint8Array ? codec.decode(value) : null,
  };
}
