/** How many runs the filter finds, as far as that is known. */
import type { ReactNode } from "react";
import { useCall } from "../../../data/api.ts";
import { formatCount } from "../../../data/time.tsx";

/** @param q a filter without errors. @param shown how many are loaded, and whether that is all */
export function Count({
  q,
  shown,
  whole,
}: {
  q: string | undefined;
  shown: number;
  whole: boolean;
}): ReactNode {
  const { data } = useCall("countRuns", { query: { q } }, { freshMs: 10_000, enabled: !whole });
  return (
    <span role="status" className="text-dim tabular-nums" data-testid="run-count">
      {whole ? words(shown, false) : data === undefined ? "" : countWords(data.data)}
    </span>
  );
}

function countWords({
  count,
  capped,
  within,
}: {
  count: number;
  capped: boolean;
  within: number | null;
}): string {
  if (within !== null) return `≈ ${words(count, capped)} in the newest ${formatCount(within)}`;
  return words(count, capped);
}

function words(count: number, capped: boolean): string {
  return count === 1 && !capped ? "1 run" : `${formatCount({ count, capped })} runs`;
}
