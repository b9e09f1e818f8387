/** REST v2: whether a function takes new runs and goes on with its old ones (semantics §6.11). */
import type { FunctionMode } from "@stepwell/core";
import { z } from "zod";

/**
 * The answer to pause, drain and resume. `paused`: new runs are skipped, those that have begun stand still.
 * `drained`: new runs are skipped, those that have begun go on to their end.
 */
export interface FunctionState {
  functionId: string;
  slug: string;
  mode: FunctionMode;
}

export const functionStateSchema: z.ZodType<FunctionState> = z.object({
  functionId: z.string(),
  slug: z.string(),
  mode: z.enum(["active", "paused", "drained"]),
});
