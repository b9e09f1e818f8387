/**
 * Waits of names, one look per anchor: `anchor = any(…) order by id` would sort all matches for each page.
 * The limit inside keeps the planner from turning the join around.
 */
import { SIGNAL_ANCHOR, type WaitRow } from "@stepwell/core";
import { decodeRow, type Slices } from "@stepwell/store";
import { rowsOf, type Source, selectList } from "../rows.ts";

export const waitsSql: Readonly<Record<"byAnchor" | "paths" | "signals", string>> = {
  // index: waits_anchor
  byAnchor: `select asked.ask, w.*
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[]) asked (ask, name, anchor, after, most)
    cross join lateral (select ${selectList("waits")} from {waits} waits
      where waits.name = asked.name and waits.anchor = asked.anchor and waits.id > asked.after
      order by waits.id limit asked.most) w`,
  // index: primary key
  paths: "select name, path from {wait_paths} where name = any($1::text[]) order by name, path",
  // index: waits_anchor; signals of one name all have the same anchor
  signals: `select ${selectList("waits")} from {waits} where name = any($1::text[]) and anchor = $2 order by seq`,
};

export async function seeWaits(
  { link, codec }: Source,
  asks: readonly Slices["waits"]["ask"][],
): Promise<Slices["waits"]["see"][]> {
  const looks = asks.flatMap(({ name, anchors, after, limit }, ask) =>
    [...new Set(anchors)].map((anchor) => ({ ask, name, anchor, after: after ?? "", limit })),
  );
  const found = asks.map((): WaitRow[] => []);
  if (looks.length === 0) return found;
  const rows = await link.query(
    waitsSql.byAnchor,
    looks.map(({ ask }) => ask),
    looks.map(({ name }) => name),
    looks.map(({ anchor }) => anchor),
    looks.map(({ after }) => after),
    looks.map(({ limit }) => limit),
  );
  for (const raw of rows) found[Number(raw["ask"])]?.push(decodeRow("waits", raw, codec));
  return found.map((waits, ask) =>
    waits.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, asks[ask]?.limit ?? 0),
  );
}

export async function seeAwaited(
  source: Source,
  asks: readonly Slices["awaited"]["ask"][],
): Promise<Slices["awaited"]["see"][]> {
  const paths = await readWaitPaths(source, [...new Set(asks.flat())]);
  return asks.map(
    (names) => new Map(names.flatMap((name) => (paths.has(name) ? [[name, paths.get(name) ?? []]] : []))),
  );
}

export async function seeSignals(
  source: Source,
  asks: readonly Slices["signals"]["ask"][],
): Promise<Slices["signals"]["see"][]> {
  const names = [...new Set(asks.flat())];
  const rows =
    names.length === 0 ? [] : await rowsOf(source, "waits", waitsSql.signals, names, SIGNAL_ANCHOR);
  const byName = Map.groupBy(rows, ({ name }) => name);
  return asks.map(
    (asked) => new Map(asked.flatMap((name) => (byName.has(name) ? [[name, byName.get(name) ?? []]] : []))),
  );
}

/** The paths of each name that has any. */
export async function readWaitPaths(
  { link }: Source,
  names: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = names.length === 0 ? [] : await link.query(waitsSql.paths, names);
  const paths = new Map<string, string[]>();
  for (const row of rows) {
    const name = String(row["name"]);
    paths.set(name, [...(paths.get(name) ?? []), String(row["path"])]);
  }
  return paths;
}
