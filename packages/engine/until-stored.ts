/** What must not be lost because the disk is full for a while: it is offered again until the store takes it. */
import { StoreError } from "@stepwell/store";
import type { Context } from "./context.ts";

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/**
 * Runs reads or a commit until the store does not refuse.
 * @returns null when the engine has stopped meanwhile: the next start does it again
 * @throws what `work` throws beside a StoreError
 */
export async function untilStored<R>(context: Context, work: () => Promise<R>): Promise<R | null> {
  const { clock } = context.options;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (context.hasLeft()) return null;
      await context.whenLeftOr((resolve) => clock.at(context.now() + waitMs, resolve));
      if (context.hasLeft()) return null;
    }
  }
}
