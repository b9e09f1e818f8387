/** Which rows are chosen: pure. */

export interface Selection {
  /** Keys of the chosen rows. */
  selected: ReadonlySet<string>;
  onChange(selected: ReadonlySet<string>): void;
}

/**
 * The choice after a row was pressed. With an anchor, all rows between the two become what the pressed
 * row becomes.
 * @param shown keys of all rows, in their order
 * @param anchor key that was pressed before, for a range; null: one row only
 */
export function toggled(
  selected: ReadonlySet<string>,
  shown: readonly string[],
  key: string,
  anchor: string | null,
): ReadonlySet<string> {
  const next = new Set(selected);
  const choose = !selected.has(key);
  const from = anchor === null ? -1 : shown.indexOf(anchor);
  const to = shown.indexOf(key);
  const range = from < 0 || to < 0 ? [key] : shown.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const each of range) {
    if (choose) next.add(each);
    else next.delete(each);
  }
  return next;
}
