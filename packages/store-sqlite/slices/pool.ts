/** The looks of a claim (hard-parts.md §1); their order is `seePool`'s. */
import { type PoolRows, type Slices, seePool } from "@stepwell/store";
import { rowOf, rowsOf, type Source } from "../rows.ts";

export const poolSql = {
  // index: leases_freed
  freed: "select * from leases where pool = ? and freed = 1 order by id",
  // index: nudges_pool
  nudges: "select * from nudges where pool = ? order by id limit ?",
  // index: primary key
  lane: "select * from lanes where lane = ?",
  // index: lanes_open
  open: "select * from lanes where pool = ? and blocked is null order by head, lane limit ?",
  // index: lanes_blocked
  blockedOn: "select * from lanes where blocked = ? order by function_id, head, lane limit ?",
  // index: lanes_blocked, from one function to the next
  functionsOn: `
    with recursive found(id) as (
      select min(function_id) from lanes where blocked = ?1
      union all
      select (select min(function_id) from lanes where blocked = ?1 and function_id > found.id)
      from found where found.id is not null
    )
    select id from found where id is not null`,
  // index: lanes_blocked
  blockedOf: "select * from lanes where blocked = ? and function_id = ? order by head, lane limit ?",
  // index: primary key
  cell: "select * from cells where cell = ?",
  // index: primary key
  cellsBetween: "select * from cells where cell > ? and cell < ? order by cell limit ?",
  // index: wakes_lane, from the floor on: it never walks over what died before it
  heads: "select * from wakes where lane = ? and score >= ? order by score, id limit ?",
} as const;

export function seePoolRows(source: Source, ask: Slices["pool"]["ask"]): Slices["pool"]["see"] {
  const rows: PoolRows = {
    freed: (pool) => rowsOf(source, "leases", poolSql.freed, pool),
    nudges: (pool, limit) => rowsOf(source, "nudges", poolSql.nudges, pool, limit),
    lane: (lane) => rowOf(source, "lanes", poolSql.lane, lane),
    open: (pool, limit) => rowsOf(source, "lanes", poolSql.open, pool, limit),
    blockedOn: (cell, limit) => rowsOf(source, "lanes", poolSql.blockedOn, cell, limit),
    functionsOn: (cell) => source.db.all(poolSql.functionsOn, cell).map((row) => String(row["id"])),
    blockedOf: (cell, id, limit) => rowsOf(source, "lanes", poolSql.blockedOf, cell, id, limit),
    cell: (cell) => rowOf(source, "cells", poolSql.cell, cell),
    cellsBetween: (after, before, limit) =>
      rowsOf(source, "cells", poolSql.cellsBetween, after, before, limit),
    heads: (lane, low, limit) => rowsOf(source, "wakes", poolSql.heads, lane, low, limit),
  };
  return seePool(rows, ask);
}
