/**
 * The looks of a claim (hard-parts.md §1). Their order is `seePool`'s, which wants its rows at once: it is
 * run over what was fetched so far, what it misses is fetched for all lanes in one statement, and it is run
 * again. Four looks in all, whatever the depth: what was left for the pool, lanes, cells, heads.
 */
import type { CellRow, LaneRow, LeaseRow, NudgeRow, TableName, Tables, WakeRow } from "@stepwell/core";
import { decodeRow, type PoolRows, type Slices, seePool } from "@stepwell/store";
import type { Param } from "../driver.ts";
import { lockHash, POOL_LOCK } from "../locks.ts";
import { type Source, selectList } from "../rows.ts";

const lanes = selectList("lanes");
export const poolSql: Readonly<
  Record<
    | "lock"
    | "freed"
    | "nudges"
    | "open"
    | "lanes"
    | "blockedOn"
    | "functionsOn"
    | "blockedOf"
    | "cells"
    | "cellsBetween"
    | "heads",
    string
  >
> = {
  // A statement of its own: one that locks and reads would read a snapshot from before the lock.
  lock: "select pg_try_advisory_xact_lock($1, $2) as mine",
  // index: leases_freed
  freed: `select ctid::text as place, ${selectList("leases")} from {leases} where pool = $1 and freed order by id`,
  // index: nudges_pool
  nudges: `select ctid::text as place, ${selectList("nudges")} from {nudges} where pool = $1 order by id limit $2`,
  // index: lanes_open
  open: `select ${lanes} from {lanes} where pool = $1 and blocked is null order by head, lane limit $2`,
  // index: primary key
  lanes: `select ${lanes} from {lanes} where lane = any($1::text[])`,
  // index: lanes_blocked; the limit keeps the planner from turning the join around
  blockedOn: `select l.* from unnest($1::text[], $2::bigint[]) with ordinality asked (cell, most, ord)
    cross join lateral (select ${lanes} from {lanes} lanes where lanes.blocked = asked.cell
      order by lanes.function_id, lanes.head, lanes.lane limit asked.most) l
    order by asked.ord, l.function_id, l.head, l.lane`,
  // index: lanes_blocked, from one function to the next
  functionsOn: `select asked.cell, f.id from unnest($1::text[]) with ordinality asked (cell, ord)
    cross join lateral (with recursive found(id) as (
        (select function_id from {lanes} where blocked = asked.cell order by function_id limit 1)
        union all
        select (select function_id from {lanes} where blocked = asked.cell and function_id > found.id
          order by function_id limit 1)
        from found where found.id is not null
      ) select id from found where id is not null) f
    order by asked.ord, f.id`,
  // index: lanes_blocked
  blockedOf: `select l.* from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality asked (cell, id, most, ord)
    cross join lateral (select ${lanes} from {lanes} lanes
      where lanes.blocked = asked.cell and lanes.function_id = asked.id
      order by lanes.head, lanes.lane limit asked.most) l
    order by asked.ord, l.head, l.lane`,
  // index: primary key
  cellsBetween: `select ${selectList("cells")} from {cells} where cell > $1 and cell < $2 order by cell limit $3`,
  // index: primary key
  cells: `select ${selectList("cells")} from {cells} where cell = any($1::text[])`,
  // index: wakes_lane, from the floor on: it never walks over what died before it
  heads: `select w.* from unnest($1::text[], $2::bigint[], $3::bigint[]) with ordinality asked (lane, low, most, ord)
    cross join lateral (select wakes.ctid::text as place, ${selectList("wakes")} from {wakes} wakes
      where wakes.lane = asked.lane and wakes.score >= asked.low
      order by wakes.score, wakes.id limit asked.most) w
    order by asked.ord, w.score, w.id`,
};

/** Where rows that only this pool's commit removes were read: `ctid` by table and key (hard-parts.md §7). */
export type Places = Map<TableName, Map<string, string>>;

/** Looks and what they found; a look that was not taken yet is recorded in its level. */
interface Looks {
  first: { freed: LeaseRow[]; nudges: NudgeRow[]; open: LaneRow[] } | null;
  lanes: Map<string, LaneRow | null>;
  blocked: Map<string, LaneRow[]>;
  idle: Map<string, CellRow[]>;
  functions: Map<string, string[]>;
  /** By cell and function. */
  blockedOf: Map<string, LaneRow[]>;
  cells: Map<string, CellRow | null>;
  heads: Map<string, WakeRow[]>;
}
interface Missing {
  first: { nudges: number; open: number } | null;
  lanes: Set<string>;
  blocked: Map<string, number>;
  idle: [after: string, before: string, most: number][];
  functions: Set<string>;
  blockedOf: [cell: string, functionId: string, most: number][];
  cells: Set<string>;
  heads: Map<string, { low: number; most: number }>;
}
type Read = <T extends TableName>(table: T, sql: string, ...values: Param[]) => Promise<Tables[T][]>;

function noLooks(): Looks {
  return {
    first: null,
    lanes: new Map(),
    blocked: new Map(),
    idle: new Map(),
    functions: new Map(),
    blockedOf: new Map(),
    cells: new Map(),
    heads: new Map(),
  };
}

function nothingMissing(): Missing {
  return {
    first: null,
    lanes: new Set(),
    blocked: new Map(),
    idle: [],
    functions: new Set(),
    blockedOf: [],
    cells: new Set(),
    heads: new Map(),
  };
}

/** @param places filled with where the rows are that the commit may remove */
export async function seePoolRows(
  source: Source,
  schema: string,
  ask: Slices["pool"]["ask"],
  places: Places,
): Promise<Slices["pool"]["see"]> {
  const [lock] = await source.link.query(poolSql.lock, POOL_LOCK, lockHash(schema, `pool ${ask.pool}`));
  if (lock?.["mine"] !== 1) return "busy";
  const looks = noLooks();
  for (;;) {
    const missing = nothingMissing();
    const slice = seePool(rowsSoFar(looks, missing), ask);
    if (!(await fetchMissing(source, ask.pool, looks, missing, places))) return slice;
  }
}

const pair = (cell: string, functionId: string): string => JSON.stringify([cell, functionId]);

function rowsSoFar(looks: Looks, missing: Missing): PoolRows {
  const { first } = looks;
  const wanted = { nudges: 0, open: 0 };
  const want = <K extends keyof typeof wanted>(what: K, limit: number): never[] => {
    wanted[what] = limit;
    missing.first = wanted;
    return [];
  };
  return {
    freed: () => first?.freed ?? [],
    nudges: (_, limit) => first?.nudges ?? want("nudges", limit),
    open: (_, limit) => first?.open ?? want("open", limit),
    lane(lane) {
      if (!looks.lanes.has(lane)) missing.lanes.add(lane);
      return looks.lanes.get(lane) ?? null;
    },
    blockedOn(cell, limit) {
      if (!looks.blocked.has(cell)) missing.blocked.set(cell, limit);
      return looks.blocked.get(cell) ?? [];
    },
    functionsOn(cell) {
      if (!looks.functions.has(cell)) missing.functions.add(cell);
      return looks.functions.get(cell) ?? [];
    },
    blockedOf(cell, functionId, limit) {
      const found = looks.blockedOf.get(pair(cell, functionId));
      if (found === undefined) missing.blockedOf.push([cell, functionId, limit]);
      return found ?? [];
    },
    cellsBetween(after, before, limit) {
      const found = looks.idle.get(after);
      if (found === undefined) missing.idle.push([after, before, limit]);
      return found ?? [];
    },
    cell(cell) {
      if (!looks.cells.has(cell)) missing.cells.add(cell);
      return looks.cells.get(cell) ?? null;
    },
    heads(lane, low, most) {
      if (!looks.heads.has(lane)) missing.heads.set(lane, { low, most });
      return looks.heads.get(lane) ?? [];
    },
  };
}

/** Takes the first kind of look that is missing: what a later kind asks for depends on it. */
async function fetchMissing(
  source: Source,
  pool: string,
  looks: Looks,
  missing: Missing,
  places: Places,
): Promise<boolean> {
  const read: Read = (table, sql, ...values) => placedRows(source, table, places, sql, values);
  if (missing.first !== null) {
    const [freed, nudges, open] = await Promise.all([
      read("leases", poolSql.freed, pool),
      read("nudges", poolSql.nudges, pool, missing.first.nudges),
      read("lanes", poolSql.open, pool, missing.first.open),
    ]);
    looks.first = { freed, nudges, open };
  } else if (missing.lanes.size > 0 || missing.blocked.size > 0 || missing.idle.length > 0)
    await fetchLanes(read, looks, missing);
  else if (missing.functions.size > 0)
    await Promise.all([fetchFunctions(source, looks, missing), fetchCells(read, looks, missing)]);
  else if (missing.blockedOf.length > 0) await fetchByFunction(read, looks, missing);
  else if (missing.cells.size > 0) await fetchCells(read, looks, missing);
  else if (missing.heads.size > 0) await fetchHeads(read, looks, missing);
  else return false;
  return true;
}

async function fetchLanes(read: Read, looks: Looks, { lanes: named, blocked, idle }: Missing): Promise<void> {
  const [cells, most] = [[...blocked.keys()], [...blocked.values()]];
  const [byName, onCells, ...between] = await Promise.all([
    named.size === 0 ? [] : read("lanes", poolSql.lanes, [...named]),
    cells.length === 0 ? [] : read("lanes", poolSql.blockedOn, cells, most),
    ...idle.map((range) => read("cells", poolSql.cellsBetween, ...range)),
  ]);
  fill(looks.lanes, named, byName, ({ lane }) => lane);
  const byCell = Map.groupBy(onCells, ({ blocked }) => blocked);
  for (const cell of cells) looks.blocked.set(cell, byCell.get(cell) ?? []);
  for (const [at, [after]] of idle.entries()) looks.idle.set(after, between[at] ?? []);
}

async function fetchFunctions({ link }: Source, looks: Looks, { functions }: Missing): Promise<void> {
  const found = await link.query(poolSql.functionsOn, [...functions]);
  const byCell = Map.groupBy(found, (row) => String(row["cell"]));
  for (const cell of functions)
    looks.functions.set(
      cell,
      (byCell.get(cell) ?? []).map((row) => String(row["id"])),
    );
}

async function fetchByFunction(read: Read, looks: Looks, { blockedOf }: Missing): Promise<void> {
  const found = await read(
    "lanes",
    poolSql.blockedOf,
    blockedOf.map(([cell]) => cell),
    blockedOf.map(([, functionId]) => functionId),
    blockedOf.map(([, , most]) => most),
  );
  const byPair = Map.groupBy(found, (lane) => pair(lane.blocked ?? "", lane.functionId));
  for (const [cell, functionId] of blockedOf)
    looks.blockedOf.set(pair(cell, functionId), byPair.get(pair(cell, functionId)) ?? []);
}

async function fetchCells(read: Read, looks: Looks, { cells }: Missing): Promise<void> {
  if (cells.size === 0) return;
  fill(looks.cells, cells, await read("cells", poolSql.cells, [...cells]), ({ cell }) => cell);
}

async function fetchHeads(read: Read, looks: Looks, missing: Missing): Promise<void> {
  const asked = [...missing.heads];
  const heads = await read(
    "wakes",
    poolSql.heads,
    asked.map(([lane]) => lane),
    asked.map(([, { low }]) => low),
    asked.map(([, { most }]) => most),
  );
  const byLane = Map.groupBy(heads, (wake) => wake.lane);
  for (const [lane] of asked) looks.heads.set(lane, byLane.get(lane) ?? []);
}

function fill<Row>(
  into: Map<string, Row | null>,
  names: Set<string>,
  rows: Row[],
  name: (row: Row) => string,
): void {
  for (const missed of names) into.set(missed, null);
  for (const row of rows) into.set(name(row), row);
}

async function placedRows<T extends TableName>(
  { link, codec }: Source,
  table: T,
  places: Places,
  sql: string,
  values: Param[],
): Promise<Tables[T][]> {
  const rows = await link.query(sql, ...values);
  const ofTable = places.get(table) ?? new Map<string, string>();
  places.set(table, ofTable);
  return rows.map((raw) => {
    const place = raw["place"];
    if (typeof place === "string") ofTable.set(String(raw["id"]), place);
    return decodeRow(table, raw, codec);
  });
}
