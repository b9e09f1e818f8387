/** A signal ends the one wait for it, or nothing: it is not kept for later (semantics §7.4). */
import { type Json, SIGNAL_ANCHOR, type WaitRow } from "@stepwell/core";
import type { Context } from "./context.ts";
import { settleSignal } from "./settle.ts";

/**
 * @returns the run that goes on; null: nobody waits
 */
export async function signal(context: Context, name: string, data: Json): Promise<{ runId: string } | null> {
  for (;;) {
    const wait = await waiting(context, name);
    if (wait === null || wait.step === null) return null;
    if ((await settleSignal(context, wait, wait.step, data)) !== "stale") return { runId: wait.runId };
  }
}

/** The newest waiter has the signal; one whose time is over has not. */
async function waiting(context: Context, name: string): Promise<WaitRow | null> {
  const { read } = context.options.store;
  const rows = await read.waits({ name, anchors: [SIGNAL_ANCHOR], after: null, limit: 100 });
  const now = context.now();
  const live = rows.filter(({ kind, until }) => kind === "signal" && (until === null || until > now));
  return live.sort((a, b) => a.seq - b.seq).at(-1) ?? null;
}
