/**
 * Long work of one request in turns. SQLite answers at once, on the only thread there is: who awaits one read
 * after the other lets nobody else in, however many reads there are.
 */
import { setImmediate as otherRequests } from "node:timers/promises";

/** At most this long without letting others in. */
const TURN_MS = 5;
/** So many are looked at together: a store that answers over a network is not asked one by one. */
const AT_ONCE = 10;

/** @returns to be awaited between pieces of work: it lets others in once a turn is over */
export function inTurns(): () => Promise<void> {
  let endsAt = performance.now() + TURN_MS;
  return async () => {
    if (performance.now() < endsAt) return;
    await otherRequests();
    endsAt = performance.now() + TURN_MS;
  };
}

/** What `look` makes of each, in their order; no more than ten are in hand at a time. */
export async function mapInTurns<T, R>(all: readonly T[], look: (one: T) => Promise<R>): Promise<R[]> {
  const giveWay = inTurns();
  const found: R[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    found.push(...(await Promise.all(all.slice(from, from + AT_ONCE).map(look))));
    await giveWay();
  }
  return found;
}
