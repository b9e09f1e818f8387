/** Schemas of what answers of many sections share. */
import { z } from "zod";
import { type AppName, type Count, type FunctionName, type Range, ranges } from "../answer.ts";

export const functionName: Readonly<Record<keyof FunctionName, z.ZodString>> = {
  id: z.string(),
  name: z.string(),
  slug: z.string(),
};
export const functionNameSchema: z.ZodType<FunctionName> = z.strictObject(functionName);
export const appNameSchema: z.ZodType<AppName> = z.strictObject({ id: z.string(), name: z.string() });
export const countSchema: z.ZodType<Count> = z.strictObject({
  count: z.int().nonnegative(),
  capped: z.boolean(),
});
export const rangeSchema: z.ZodType<Range> = z.enum(ranges);
