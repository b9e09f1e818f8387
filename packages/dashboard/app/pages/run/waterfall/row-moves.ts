/** What a key does in a treegrid: where the active row goes, or which row opens or closes. Pure. */
import type { Row } from "./rows.ts";

export type RowMove = "next" | "previous" | "first" | "last" | "pageDown" | "pageUp" | "in" | "out";

export interface Moved {
  /** Index of the row that is active now. */
  to?: number;
  toggle?: { id: string; open: boolean };
}

const PAGE = 12;

/** @param at index of the active row; -1: none is */
export function nextRow(rows: readonly Row[], at: number, move: RowMove): Moved {
  const last = rows.length - 1;
  if (last < 0) return {};
  if (at < 0) return { to: move === "last" ? last : 0 };
  const row = rows[at] as Row;
  switch (move) {
    case "next":
      return { to: Math.min(last, at + 1) };
    case "previous":
      return { to: Math.max(0, at - 1) };
    case "first":
      return { to: 0 };
    case "last":
      return { to: last };
    case "pageDown":
      return { to: Math.min(last, at + PAGE) };
    case "pageUp":
      return { to: Math.max(0, at - PAGE) };
    case "in":
      if (row.open === false) return { toggle: { id: row.span.id, open: true } };
      return row.open === true ? { to: at + 1 } : {};
    case "out":
      if (row.open === true && row.level > 1) return { toggle: { id: row.span.id, open: false } };
      return { to: parentOf(rows, at) };
  }
}

function parentOf(rows: readonly Row[], at: number): number {
  const level = rows[at]?.level ?? 1;
  for (let i = at; i >= 0; i -= 1) if ((rows[i]?.level ?? 0) < level) return i;
  return at;
}

/** The row after `at` whose span's id is among `ids`; from the start again after the last. Null: there is none. */
export function nextAmong(
  rows: readonly Row[],
  at: number,
  ids: ReadonlySet<string>,
  back = false,
): string | null {
  const count = rows.length;
  for (let n = 1; n <= count; n += 1) {
    const index = (at + (back ? -n : n) + 2 * count) % count;
    const id = rows[index]?.span.id;
    if (id !== undefined && ids.has(id)) return id;
  }
  return null;
}
