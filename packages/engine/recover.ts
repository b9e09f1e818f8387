/** After a crash: the calls that a dead process had in flight are queued again, no attempt counted. */
import type { Context } from "./context.ts";
import { settleLost } from "./settle.ts";

const BATCH = 500;

/**
 * On a store that admits one engine, every live lease of another node is a dead one's (ADR 0016).
 * Returns how many there were.
 */
export async function recover(context: Context): Promise<number> {
  const { store, node } = context.options;
  if (!store.exclusive) return 0;
  let total = 0;
  for (;;) {
    const leases = await store.read.foreignLeases(node, BATCH);
    if (leases.length === 0) return total;
    await Promise.all(leases.map((lease) => settleLost(context, lease)));
    total += leases.length;
  }
}
