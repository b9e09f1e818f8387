/** Schemas of the runs section. */
import { z } from "zod";
import { traceSchema } from "../../v2.ts";
import { waitingReasonSchema } from "../../waiting.ts";
import { FILTER_LIMITS } from "../filter.ts";
import { type RelatedRun, type RunFailure, type RunLine, type RunView, runStatusWords } from "../runs.ts";
import { appNameSchema, functionNameSchema } from "./answer.ts";
import type { SchemasOf } from "./index.ts";

const MOST_ROWS = 200;
const time = z.iso.datetime();
const duration = z.int().nonnegative().nullable();

/** Parts that other sections have, too. */
export const filterText: z.ZodType<string> = z.string().max(FILTER_LIMITS.characters);
export const pageLimit: z.ZodType<number> = z.coerce.number().int().min(1).max(MOST_ROWS);
const status = z.enum(runStatusWords);

export const relatedRunSchema: z.ZodType<RelatedRun> = z.strictObject({
  id: z.string(),
  function: functionNameSchema,
  status,
  queuedAt: time,
  endedAt: time.nullable(),
});

const line = {
  id: z.string(),
  status,
  function: functionNameSchema,
  app: appNameSchema,
  trigger: z.string(),
  cron: z.string().nullable(),
  events: z.int().nonnegative(),
  queuedAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  queueMs: duration,
  durationMs: duration,
  originalRunId: z.string().nullable(),
  error: z.string().nullable(),
  waits: z.string().nullable(),
};
export const runLineSchema: z.ZodType<RunLine> = z.strictObject(line);

const failure: z.ZodType<RunFailure> = z.lazy(() =>
  z.strictObject({
    name: z.string(),
    message: z.string(),
    stack: z.string().nullable(),
    cause: failure.nullable(),
    spanId: z.string().nullable(),
  }),
);
const can = z.union([z.literal(true), z.string()]);

const runView: z.ZodType<RunView> = z.strictObject({
  ...line,
  functionVersion: z.int(),
  config: z.array(z.strictObject({ option: z.string(), text: z.string() })).nullable(),
  archived: z.boolean(),
  eventList: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      at: time,
      payload: z.unknown(),
      bytes: z.int().nonnegative(),
      cut: z.boolean(),
    }),
  ),
  output: z.unknown().exactOptional(),
  failure: failure.nullable(),
  parent: relatedRunSchema.nullable(),
  children: z.array(relatedRunSchema),
  reruns: z.array(relatedRunSchema),
  original: relatedRunSchema.nullable(),
  skip: z.strictObject({ reason: z.string(), existingRunId: z.string().nullable() }).nullable(),
  can: z.strictObject({ cancel: can, rerun: can }),
});

export const runsSchemas: SchemasOf<
  "listRuns" | "countRuns" | "getRun" | "getRunTrace" | "getRunWhy" | "cancelRun" | "rerunRun"
> = {
  listRuns: {
    query: z.strictObject({
      q: filterText.exactOptional(),
      cursor: z.string().exactOptional(),
      limit: pageLimit.exactOptional(),
    }),
    answer: z.array(runLineSchema),
  },
  countRuns: {
    query: z.strictObject({ q: filterText.exactOptional() }),
    answer: z.strictObject({
      count: z.int().nonnegative(),
      capped: z.boolean(),
      within: z.int().nonnegative().nullable(),
    }),
  },
  getRun: { answer: runView },
  getRunTrace: {
    query: z.strictObject({ span: z.string().max(512).exactOptional() }),
    answer: z.intersection(traceSchema, z.object({ cut: z.array(z.string()) })),
  },
  getRunWhy: { answer: z.array(waitingReasonSchema) },
  cancelRun: { answer: z.strictObject({ status: z.enum(["cancelled", "ended"]) }) },
  rerunRun: {
    body: z.strictObject({
      fromStep: z
        .strictObject({ stepId: z.string().min(1).max(1_000), input: z.array(z.unknown()).exactOptional() })
        .exactOptional(),
    }),
    answer: z.strictObject({ runId: z.string() }),
  },
};
