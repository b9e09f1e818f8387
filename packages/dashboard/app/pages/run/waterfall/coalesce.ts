/**
 * Bars that are too narrow to be told apart, as few that can be seen: a run of 10,000 steps has as many parts.
 * Neighbours are taken together until they are wide enough, and look like what takes most of them. Pure.
 */
import type { Bar } from "./bars.ts";

export interface DrawnBar {
  bar: Bar;
  /** In pixels; `right` equals `left` for a mark. */
  left: number;
  right: number;
}

/** @param bars in the order of time. @param leastPx narrower ones are taken together */
export function coalesce(bars: readonly DrawnBar[], leastPx: number): DrawnBar[] {
  const drawn: DrawnBar[] = [];
  let group: DrawnBar[] = [];
  const flush = () => {
    const [first] = group;
    if (first !== undefined) drawn.push(group.length === 1 ? first : asOne(group));
    group = [];
  };
  for (const next of bars) {
    const start = group[0]?.left ?? next.left;
    const before = group.at(-1);
    const narrow = next.right - next.left < leastPx && next.bar.kind !== "mark" && next.bar.to !== null;
    // Time between two bars is no part of either.
    if (!narrow || (before !== undefined && next.left - before.right >= leastPx)) flush();
    if (!narrow) {
      drawn.push(next);
      continue;
    }
    group.push(next);
    if (group.length > 1 && next.right - start >= leastPx) flush();
  }
  flush();
  return drawn;
}

function asOne(group: readonly DrawnBar[]): DrawnBar {
  const widths = new Map<string, number>();
  const kindOf = ({ bar }: DrawnBar) => `${bar.kind} ${bar.status}`;
  for (const one of group) widths.set(kindOf(one), (widths.get(kindOf(one)) ?? 0) + one.right - one.left);
  const [widest] = [...widths].sort((a, b) => b[1] - a[1])[0] ?? [""];
  const { bar } = group.find((one) => kindOf(one) === widest) ?? (group[0] as DrawnBar);
  return { bar, left: group[0]?.left ?? 0, right: group.at(-1)?.right ?? 0 };
}
