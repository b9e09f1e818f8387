/** Waits of a name, one query per anchor: `anchor in (…) order by id` would sort all matches for each page. */
import type { Slices } from "@stepwell/store";
import { rowsOf, type Source } from "../rows.ts";

export const waitsSql = {
  // index: waits_anchor
  byAnchor: "select * from waits where name = ? and anchor = ? and id > ? order by id limit ?",
  // index: primary key
  paths: "select path from wait_paths where name = ? order by path",
  // index: primary key
  awaited: "select 1 from wait_paths where name = ? limit 1",
} as const;

export function seeWaits(source: Source, ask: Slices["waits"]["ask"]): Slices["waits"]["see"] {
  const { name, anchors, after, limit } = ask;
  const found = [...new Set(anchors)].flatMap((anchor) =>
    rowsOf(source, "waits", waitsSql.byAnchor, name, anchor, after ?? "", limit),
  );
  return found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
}

export function seeAwaited({ db }: Source, names: Slices["awaited"]["ask"]): Slices["awaited"]["see"] {
  return new Set(names.filter((name) => db.get(waitsSql.awaited, name) !== null));
}

export function readWaitPaths({ db }: Source, name: string): string[] {
  return db.all(waitsSql.paths, name).map((row) => String(row["path"]));
}
