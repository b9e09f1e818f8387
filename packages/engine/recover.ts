/** After a crash: the calls that a dead process had in flight are queued again, no attempt counted. */
import type { Context } from "./context.ts";
import { releaseAll } from "./released-lanes.ts";
import { lookAtStart } from "./second-look.ts";
import { settleLost } from "./settle.ts";
import { untilStored } from "./until-stored.ts";

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

/**
 * The store was lost for a while and is held again (`Store.onRegained`): another engine may have synced apps and
 * left calls behind. What is read is known before the next commit; the rest is written as soon as the store takes it.
 */
export async function regain(context: Context): Promise<void> {
  const { registry, options } = context;
  await registry.load(options.store.read);
  const { floor } = await options.store.clock();
  void untilStored(context, async () => {
    await recover(context);
    await releaseAll(context, await options.store.read.functions());
    await lookAtStart(context, floor);
  }).catch((error: unknown) => {
    options.log({ level: "error", event: "engine.recover_failed", message: String(error) });
  });
}
