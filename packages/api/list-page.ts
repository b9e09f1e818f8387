import { z } from "zod";

/** Where a list stands. */
export interface ListPage {
  /** Continues the list; null: nothing follows. */
  cursor: string | null;
  /** With `query`, also true when the search has stopped at its bound before the page was full. */
  hasMore: boolean;
  limit: number;
  /** Only with `includeTotal=true`: rows of the whole list. */
  total?: number;
  /** False: counting stopped at its bound, and there may be more. */
  totalExact?: boolean;
}

export const pageSchema: z.ZodType<ListPage> = z.object({
  cursor: z.string().nullable(),
  hasMore: z.boolean(),
  limit: z.number(),
  total: z.number().exactOptional(),
  totalExact: z.boolean().exactOptional(),
});
