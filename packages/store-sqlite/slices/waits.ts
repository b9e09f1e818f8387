/** Waits of a name, one query per anchor: `anchor in (…) order by id` would sort all matches for each page. */
import type { Slices } from "@stepwell/store";
import { rowsOf, type Source } from "../rows.ts";

export const waitsSql = {
  // index: waits_anchor
  byAnchor: "select * from waits where name = ? and anchor = ? and id > ? order by id limit ?",
} as const;

export function seeWaits(source: Source, ask: Slices["waits"]["ask"]): Slices["waits"]["see"] {
  const { name, anchors, after, limit } = ask;
  const found = [...new Set(anchors)].flatMap((anchor) =>
    rowsOf(source, "waits", waitsSql.byAnchor, name, anchor, after ?? "", limit),
  );
  return found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
}
