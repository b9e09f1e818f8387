/** How a store that reads at once shows a commit what it asked for. */
import type { GateCellRow, RunId } from "@stepwell/core";
import type { Ask, Seen, Slices } from "./port.ts";

/** One reader for each slice. */
export type SliceReaders = { readonly [K in keyof Slices]: (ask: Slices[K]["ask"]) => Slices[K]["see"] };

export function seeSlices<A extends Ask>(readers: SliceReaders, ask: A): Seen<A> {
  const seen: Partial<Record<keyof Slices, unknown>> = {};
  for (const name of Object.keys(ask) as (keyof Slices)[])
    if (ask[name] !== undefined) seen[name] = (readers[name] as (part: unknown) => unknown)(ask[name]);
  return seen as Seen<A>;
}

/** The run that a gate's cell names, if it names one. */
export function heldBy(cell: GateCellRow | null): RunId | null {
  const state = cell?.state;
  const runId = state !== null && typeof state === "object" && !Array.isArray(state) ? state.runId : null;
  return typeof runId === "string" ? runId : null;
}
