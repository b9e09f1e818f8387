/** Schemas of the overview. */
import { z } from "zod";
import { appNameSchema, countSchema, functionNameSchema, rangeSchema } from "./answer.ts";
import { seriesSchema } from "./functions.ts";
import type { SchemasOf } from "./index.ts";

const time = z.iso.datetime();

const attention = z.strictObject({
  kind: z.enum(["failing", "waiting", "missed", "sync", "paused", "store"]),
  severity: z.enum(["error", "warning", "notice"]),
  text: z.string(),
  since: time.nullable(),
  href: z.string().startsWith("/"),
});

export const overviewSchemas: SchemasOf<"getOverview"> = {
  getOverview: {
    query: z.strictObject({ range: rangeSchema.exactOptional(), app: z.string().exactOptional() }),
    answer: z.strictObject({
      running: countSchema,
      queued: countSchema,
      ended: z.int().nonnegative(),
      failed: z.int().nonnegative(),
      oldestWait: z.strictObject({ runId: z.string(), function: functionNameSchema, since: time }).nullable(),
      series: seriesSchema,
      backlog: z
        .array(
          z.strictObject({
            function: functionNameSchema,
            app: appNameSchema,
            queued: countSchema,
            oldestAt: time,
          }),
        )
        .max(10),
      attention: z.array(attention).max(20),
      nextTicks: z
        .array(
          z.strictObject({
            at: time,
            function: functionNameSchema,
            scheduleId: z.string(),
            cron: z.string(),
          }),
        )
        .max(10),
      empty: z.strictObject({ apps: z.boolean(), events: z.boolean(), runs: z.boolean() }),
    }),
  },
};
