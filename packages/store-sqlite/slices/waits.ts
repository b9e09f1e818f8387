/** Waits of a name, one query per anchor: `anchor in (…) order by id` would sort all matches for each page. */
import { SIGNAL_ANCHOR } from "@stepwell/core";
import type { Slices } from "@stepwell/store";
import { rowsOf, type Source } from "../rows.ts";

export const waitsSql = {
  // index: waits_anchor
  byAnchor: "select * from waits where name = ? and anchor = ? and id > ? order by id limit ?",
  // index: primary key
  paths: "select path from wait_paths where name = ? order by path",
  // index: waits_anchor; signals of one name all have the same anchor
  signals: "select * from waits where name = ? and anchor = ? order by id",
} as const;

export function seeWaits(source: Source, ask: Slices["waits"]["ask"]): Slices["waits"]["see"] {
  const { name, anchors, after, limit } = ask;
  const found = [...new Set(anchors)].flatMap((anchor) =>
    rowsOf(source, "waits", waitsSql.byAnchor, name, anchor, after ?? "", limit),
  );
  return found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
}

export function seeAwaited(source: Source, names: Slices["awaited"]["ask"]): Slices["awaited"]["see"] {
  const known = names.map((name) => [name, readWaitPaths(source, name)] as const);
  return new Map(known.filter(([, paths]) => paths.length > 0));
}

export function seeSignals(source: Source, names: Slices["signals"]["ask"]): Slices["signals"]["see"] {
  const waiting = names.map((name) => {
    const rows = rowsOf(source, "waits", waitsSql.signals, name, SIGNAL_ANCHOR);
    return [name, rows.sort((a, b) => a.seq - b.seq)] as const;
  });
  return new Map(waiting.filter(([, rows]) => rows.length > 0));
}

export function readWaitPaths({ db }: Source, name: string): string[] {
  return db.all(waitsSql.paths, name).map((row) => String(row["path"]));
}
