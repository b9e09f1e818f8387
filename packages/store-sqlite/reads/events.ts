/** Events with their bodies: one, and a page, newest first. */
import type { Instant } from "@stepwell/core";
import type { SqlRow, SqlValue } from "@stepwell/store";
import {
  decodeRow,
  type EventFilter,
  inListOrder,
  type ListPlace,
  type ListRange,
  type Page,
  rangeOf,
  type StoredEvent,
} from "@stepwell/store";
import { type Source, selectList } from "../rows.ts";

const columns = `${selectList("events", "e")}, p.value as value`;
const joined = "events e left join payloads p on p.owner = e.id and p.name = 'event'";

export const eventReadSql: Readonly<Record<"event" | "place" | "names", string>> = {
  // index: unique (id), and (owner, name)
  event: `select ${columns} from ${joined} where e.id = ?`,
  // index: unique (id)
  place: "select received_at, seq from events where id = ?",
  // index: events_name, from one name to the next
  names: `
    with recursive found(name) as (
      select min(name) from events
      union all
      select (select min(name) from events where name > found.name) from found where found.name is not null
    ), newest(name, last_at) as (
      select name, (select received_at from events where events.name = found.name and internal = 0
        order by received_at desc limit 1) from found where name is not null
    )
    select name, last_at from newest where last_at is not null limit ?`,
};

/** Names that are not the server's own, each with its newest time of receipt. */
export function readEventNames({ db }: Source, most: number): { name: string; lastAt: Instant }[] {
  return db
    .all(eventReadSql.names, most)
    .map((row) => ({ name: String(row["name"]), lastAt: Number(row["last_at"]) }));
}

export function readEvent(source: Source, id: string): StoredEvent | null {
  const raw = source.db.get(eventReadSql.event, id);
  return raw === null ? null : stored(source, raw);
}

/** Ordered by (receivedAt, seq); the cursor is the last event's id. */
export function readEvents(source: Source, filter: EventFilter): Page<StoredEvent> {
  const { cursor, limit, receivedBefore: until, receivedAfter } = filter;
  const last = cursor === undefined ? null : placeOf(source, cursor);
  if (cursor !== undefined && last === null) return { rows: [], cursor: null };
  // Its bound excludes the time itself.
  const from = receivedAfter === undefined ? undefined : receivedAfter + 1;
  const { sql, values } = eventsStatement(filter, rangeOf({ from, until }, last));
  const raw = inListOrder(source.db.all(sql, ...values, limit + 1), placeIn);
  const rows = raw.slice(0, limit).map((row) => stored(source, row));
  return { rows, cursor: raw.length > limit ? (rows.at(-1)?.row.id ?? null) : null };
}

function placeOf({ db }: Source, id: string): ListPlace | null {
  const row = db.get(eventReadSql.place, id);
  return row === null ? null : placeIn(row);
}

function placeIn(row: SqlRow): ListPlace {
  return { at: Number(row["received_at"]), seq: Number(row["seq"]) };
}

/**
 * index: events_name with a name, else events_received. Those of the server and the others are ranges of their own:
 * a page of one kind does not walk over the other, and a page of both is merged. Bodies are read for the page only.
 */
export function eventsStatement(
  { name, includeInternal, afterSeq }: Omit<EventFilter, "limit">,
  { start, bound }: ListRange,
): { sql: string; values: SqlValue[] } {
  const conditions: [string, ...SqlValue[]][] = [
    ["(received_at, seq) < (?, ?)", start.at, start.seq],
    ["received_at >= ?", bound],
  ];
  if (name !== undefined) conditions.push(["name = ?", name]);
  if (afterSeq !== undefined) conditions.push(["+seq > ?", afterSeq]);
  const where = conditions.map(([condition]) => condition).join(" and ");
  const kind = (internal: 0 | 1): string =>
    `select seq, received_at from events where internal = ${internal} and ${where}`;
  const kinds = includeInternal === true ? [kind(0), kind(1)] : [kind(0)];
  const page = `${kinds.join(" union all ")} order by received_at desc, seq desc limit ?`;
  const values = kinds.flatMap(() => conditions.flatMap(([, ...given]) => given));
  const sql = `select ${columns} from (${page}) page cross join events e on e.seq = page.seq
    left join payloads p on p.owner = e.id and p.name = 'event'`;
  return { sql, values };
}

function stored({ codec }: Source, raw: SqlRow): StoredEvent {
  const value = raw["value"];
  return {
    row: decodeRow("events", raw, codec),
    body: value instanceof Uint8Array ? codec.decode(value) : null,
  };
}
