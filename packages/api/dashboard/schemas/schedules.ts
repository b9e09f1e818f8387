/** Schemas of the schedules section. */
import { z } from "zod";
import { tickSchema } from "../../schedules.ts";
import { appNameSchema, functionName } from "./answer.ts";
import type { SchemasOf } from "./index.ts";
import { pageLimit, relatedRunSchema } from "./runs.ts";

const scheduleLine = z.strictObject({
  id: z.string(),
  app: appNameSchema,
  function: z.strictObject({ ...functionName, mode: z.enum(["active", "paused", "drained"]) }),
  cron: z.string(),
  words: z.string(),
  zone: z.string(),
  jitterMs: z.int().nonnegative().nullable(),
  lastRun: relatedRunSchema.nullable(),
  lastTicks: z.array(tickSchema).max(20),
  next: z.array(z.iso.datetime()).max(10),
  missed: z.int().nonnegative(),
});

export const schedulesSchemas: SchemasOf<"listSchedules" | "listTicks" | "runSchedule"> = {
  listSchedules: { answer: z.array(scheduleLine) },
  listTicks: {
    query: z.strictObject({
      outcome: z.literal("missed").exactOptional(),
      cursor: z.string().exactOptional(),
      limit: pageLimit.exactOptional(),
    }),
    answer: z.array(tickSchema),
  },
  runSchedule: { answer: z.strictObject({ eventId: z.string(), runId: z.string().nullable() }) },
};
