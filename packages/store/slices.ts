/** How a store that reads at once shows a commit what it asked for. */
import type { Ask, Seen, Slices } from "./port.ts";

/** One reader for each slice. */
export type SliceReaders = { readonly [K in keyof Slices]: (ask: Slices[K]["ask"]) => Slices[K]["see"] };

export function seeSlices<A extends Ask>(readers: SliceReaders, ask: A): Seen<A> {
  const seen: Partial<Record<keyof Slices, unknown>> = {};
  for (const name of Object.keys(ask) as (keyof Slices)[])
    if (ask[name] !== undefined) seen[name] = (readers[name] as (part: unknown) => unknown)(ask[name]);
  return seen as Seen<A>;
}
