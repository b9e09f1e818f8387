/** Schemas of the functions section. */
import { z } from "zod";
import type { FunctionDetail, FunctionLine, LimitUse, Series } from "../functions.ts";
import { appNameSchema, countSchema, functionName, rangeSchema } from "./answer.ts";
import type { SchemasOf } from "./index.ts";
import { relatedRunSchema } from "./runs.ts";

const modes = ["active", "paused", "drained"] as const;
const anyData = z.record(z.string(), z.unknown());

const time = z.iso.datetime();
const number = z.int().nonnegative();
const duration = z.number().nonnegative().nullable();
const modeSchema = z.strictObject({ mode: z.enum(modes) });

const line = {
  ...functionName,
  app: appNameSchema,
  mode: z.enum(modes),
  archived: z.boolean(),
  triggers: z.array(
    z.strictObject({ kind: z.enum(["event", "cron"]), text: z.string(), words: z.string().nullable() }),
  ),
  sparkline: z
    .array(z.strictObject({ at: time, completed: number, failed: number, cancelled: number }))
    .length(24),
  ended: number,
  failed: number,
  p50Ms: duration,
  p95Ms: duration,
  queued: countSchema,
  running: countSchema,
  lastRun: relatedRunSchema.nullable(),
};
const functionLineSchema: z.ZodType<FunctionLine> = z.strictObject(line);

export const seriesSchema: z.ZodType<Series> = z.strictObject({
  range: rangeSchema,
  stepMs: number,
  points: z
    .array(
      z.strictObject({
        at: time,
        completed: number,
        failed: number,
        cancelled: number,
        skipped: number,
        queueP50Ms: duration,
        queueP95Ms: duration,
        runP50Ms: duration,
        runP95Ms: duration,
        runP99Ms: duration,
      }),
    )
    .max(400),
  completeFrom: time.nullable(),
});

const limitUse: z.ZodType<LimitUse> = z.strictObject({
  option: z.enum([
    "concurrency",
    "throttle",
    "rateLimit",
    "debounce",
    "batchEvents",
    "singleton",
    "priority",
  ]),
  text: z.string(),
  keyExpression: z.string().nullable(),
  keys: z
    .array(
      z.strictObject({
        key: z.string().nullable(),
        used: number,
        limit: number,
        waiting: z.boolean(),
        note: z.string().nullable(),
      }),
    )
    .max(20),
  more: z.boolean(),
});

const detail: z.ZodType<FunctionDetail> = z.strictObject({
  ...line,
  version: z.int(),
  url: z.string(),
  config: z.array(z.strictObject({ option: z.string(), text: z.string() })),
  limits: z.array(limitUse),
  series: seriesSchema,
  errors: z
    .array(
      z.strictObject({
        name: z.string(),
        message: z.string(),
        count: number,
        lastAt: time,
        runId: z.string(),
      }),
    )
    .max(20),
  inputSchema: z.record(z.string(), z.unknown()).nullable(),
  inputExample: z.record(z.string(), z.unknown()).nullable(),
});

/** A query's `true` or `false`. */
const flag: z.ZodType<boolean> = z.union([
  z.boolean(),
  z.enum(["true", "false"]).transform((text) => text === "true"),
]);

export const functionsSchemas: SchemasOf<
  "listFunctions" | "getFunction" | "setFunctionMode" | "invokeFunction"
> = {
  listFunctions: {
    query: z.strictObject({ archived: flag.exactOptional() }),
    answer: z.array(functionLineSchema),
  },
  getFunction: { query: z.strictObject({ range: rangeSchema.exactOptional() }), answer: detail },
  setFunctionMode: { body: modeSchema, answer: modeSchema },
  invokeFunction: {
    body: z.strictObject({ data: anyData.exactOptional() }),
    answer: z.strictObject({ eventId: z.string(), runId: z.string().nullable() }),
  },
};
