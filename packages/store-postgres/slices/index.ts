/** What the commits of a round ask for, each kind of slice in one look for all of them. */
import type { Ask, Seen, Slices } from "@stepwell/store";
import { readUsers } from "../reads/access.ts";
import type { Source } from "../rows.ts";
import { seeBulkJobs } from "./bulk.ts";
import { type Places, seePoolRows } from "./pool.ts";
import { seeRuns } from "./run.ts";
import { seeApps, seeEvents, seeGates, seeHolders, seeLeases, seeTicks, seeWakes } from "./single.ts";
import { seeAwaited, seeSignals, seeWaits } from "./waits.ts";

/** One reader for each slice: as many answers as questions, in their order. */
type RoundReaders = {
  readonly [K in keyof Slices]: (asks: readonly Slices[K]["ask"][]) => Promise<Slices[K]["see"][]>;
};

function createReaders(source: Source, schema: string, places: Places): RoundReaders {
  return {
    run: (asks) => seeRuns(source, asks),
    lease: (asks) => seeLeases(source, asks),
    wake: (asks) => seeWakes(source, asks),
    gates: (asks) => seeGates(source, asks),
    holders: (asks) => seeHolders(source, asks),
    tick: (asks) => seeTicks(source, asks),
    events: (asks) => seeEvents(source, asks),
    app: (asks) => seeApps(source, asks),
    waits: (asks) => seeWaits(source, asks),
    awaited: (asks) => seeAwaited(source, asks),
    signals: (asks) => seeSignals(source, asks),
    users: async (asks) => {
      const users = await readUsers(source);
      return asks.map(() => users);
    },
    bulkJob: (asks) => seeBulkJobs(source, asks),
    pool: (asks) => Promise.all(asks.map((ask) => seePoolRows(source, schema, ask, places))),
  };
}

/**
 * What each of the asks sees, with nothing beside what it named.
 * @param places filled with where the rows of pools were read
 */
export async function seeRound(
  source: Source,
  schema: string,
  asks: readonly Ask[],
  places: Places,
): Promise<Seen<Ask>[]> {
  const readers = createReaders(source, schema, places);
  const seen = asks.map((): Partial<Record<keyof Slices, unknown>> => ({}));
  const names = new Set(asks.flatMap((ask) => Object.keys(ask) as (keyof Slices)[]));
  const looks = [...names].map(async (name) => {
    const asking = asks.flatMap((ask, index) => (ask[name] === undefined ? [] : [index]));
    if (asking.length === 0) return;
    const read = readers[name] as (parts: unknown[]) => Promise<unknown[]>;
    const found = await read(asking.map((index) => asks[index]?.[name]));
    asking.forEach((index, at) => {
      const one = seen[index];
      if (one !== undefined) one[name] = found[at];
    });
  });
  await Promise.all(looks);
  return seen as Seen<Ask>[];
}
