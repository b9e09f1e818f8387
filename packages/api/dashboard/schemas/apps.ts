/** Schemas of the apps section. */
import { z } from "zod";
import type { SchemasOf } from "./index.ts";

const appLine = z.strictObject({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  sdk: z.string(),
  framework: z.string().nullable(),
  platform: z.string().nullable(),
  appVersion: z.string().nullable(),
  functions: z.int().nonnegative(),
  syncedAt: z.iso.datetime(),
  error: z.strictObject({ message: z.string(), cure: z.string() }).nullable(),
});

const syncOutcome = z.strictObject({
  result: z.enum(["synced", "unchanged", "pending"]),
  functions: z.int().nonnegative().nullable(),
  appId: z.string().nullable(),
});

export const appsSchemas: SchemasOf<"listApps" | "addApp" | "syncApp"> = {
  listApps: { answer: z.array(appLine) },
  addApp: { body: z.strictObject({ url: z.string().min(1).max(2_000) }), answer: syncOutcome },
  syncApp: { answer: syncOutcome },
};
