/**
 * The schemas of the dashboard's API: what the server checks queries and bodies with, and what the OpenAPI
 * document is made of. A section of the table each has a file of its own.
 */
import type { z } from "zod";
import type { AnswerOf, BodyOf, QueryOf } from "../calls.ts";
import type { CallName } from "../routes.ts";

/** Query values come as texts; a list as one text with commas. */
export interface CallSchemas<Name extends CallName> {
  query?: z.ZodType<NonNullable<QueryOf<Name>>>;
  body?: z.ZodType<NonNullable<BodyOf<Name>>>;
  answer: z.ZodType<AnswerOf<Name>>;
}
export type SchemasOf<Name extends CallName> = { readonly [N in Name]: CallSchemas<N> };

export { appsSchemas } from "./apps.ts";
export { bulkSchemas } from "./bulk.ts";
export { eventsSchemas } from "./events.ts";
export { functionsSchemas } from "./functions.ts";
export { overviewSchemas } from "./overview.ts";
export { runsSchemas } from "./runs.ts";
export { schedulesSchemas } from "./schedules.ts";
export { sessionSchemas } from "./session.ts";
export { settingsSchemas } from "./settings.ts";
