/** The door of the engine. */

export type { Acted, Along } from "./along.ts";
export type { Touched } from "./changes.ts";
export type { Checkpoint } from "./checkpoint.ts";
export { createChance, createClock } from "./clock.ts";
export { createEngine } from "./engine.ts";
export * from "./engine-port.ts";
export type { Invoked } from "./invoke.ts";
export type { RerunFrom } from "./rerun.ts";
export type { RanNow } from "./run-now.ts";
export { syncChecks } from "./sync.ts";
export { createTransport, type TransportOptions } from "./transport.ts";
export type { RunReason } from "./why.ts";
