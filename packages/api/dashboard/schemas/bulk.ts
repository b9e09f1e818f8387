/** Schemas of the bulk section. */
import { z } from "zod";
import { bulkActions, bulkStatuses } from "../bulk.ts";
import { runStatusWords } from "../runs.ts";
import { countSchema, functionNameSchema } from "./answer.ts";
import type { SchemasOf } from "./index.ts";
import { filterText, pageLimit, runLineSchema } from "./runs.ts";

const MOST_IDS = 1_000;
const count = z.int().nonnegative();
const time = z.iso.datetime();
const action = z.enum(bulkActions);

const preview = z.strictObject({
  action,
  token: z.string(),
  total: countSchema,
  byStatus: z.array(z.strictObject({ status: z.enum(runStatusWords), count })),
  byFunction: z.array(
    z.strictObject({
      function: functionNameSchema,
      count,
    }),
  ),
  samples: z.array(runLineSchema).max(5),
  oldest: time.nullable(),
  newest: time.nullable(),
  excluded: z.array(z.strictObject({ count, why: z.string() })),
});

const job = z.strictObject({
  id: z.string(),
  action,
  status: z.enum(bulkStatuses),
  q: z.string().nullable(),
  rate: z.int().positive(),
  total: count,
  done: count,
  skipped: count,
  failed: count,
  errors: z.array(z.strictObject({ runId: z.string(), message: z.string() })).max(20),
  createdBy: z.string(),
  createdAt: time,
  startsAt: time,
  endedAt: time.nullable(),
});

export const bulkSchemas: SchemasOf<"previewBulk" | "startBulk" | "listBulk" | "getBulk" | "actOnBulk"> = {
  previewBulk: {
    body: z
      .strictObject({
        action,
        q: filterText.exactOptional(),
        ids: z.array(z.string().min(1).max(64)).min(1).max(MOST_IDS).exactOptional(),
      })
      .refine(({ q, ids }) => (q === undefined) !== (ids === undefined), {
        message: "Give either `q`, a filter, or `ids`, at most 1,000.",
      }),
    answer: preview,
  },
  startBulk: {
    body: z.strictObject({
      token: z.string().min(1).max(200),
      rate: z.int().min(1).max(100).exactOptional(),
      confirmCount: z.int().nonnegative().exactOptional(),
    }),
    answer: job,
  },
  listBulk: {
    query: z.strictObject({ cursor: z.string().max(64).exactOptional(), limit: pageLimit.exactOptional() }),
    answer: z.array(job),
  },
  getBulk: { answer: job },
  actOnBulk: { answer: job },
};
