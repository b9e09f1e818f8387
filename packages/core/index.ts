/** The door of the core. Everything here is pure: data in, data out. */
export * from "./errors.ts";
export * from "./model/event.ts";
export * from "./model/function.ts";
export * from "./model/ids.ts";
export * from "./model/json.ts";
export * from "./model/moment.ts";
export * from "./model/op.ts";
export * from "./model/queue.ts";
export * from "./model/run.ts";
export * from "./model/tables.ts";
