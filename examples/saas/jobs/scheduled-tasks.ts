/**
 * The functions that start by the clock. None yet: the daily clean-up comes next, and whatever
 * is added to this list is served with the others (`lib/inngest/functions.ts`).
 */
import type { InngestFunction } from "inngest";

export const scheduledTasks: InngestFunction.Any[] = [];
