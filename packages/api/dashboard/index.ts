/** The contract of the dashboard's API (`{base}/api/stepwell/v1`) without schemas: what a browser loads. */

export * from "./answer.ts";
export type * from "./apps.ts";
export * from "./bulk.ts";
export type * from "./calls.ts";
export type * from "./events.ts";
export * from "./filter.ts";
export * from "./filter-values.ts";
export type * from "./functions.ts";
export type * from "./overview.ts";
export * from "./routes.ts";
export * from "./runs.ts";
export type * from "./schedules.ts";
export * from "./session.ts";
export type * from "./settings.ts";
export type * from "./stream.ts";
