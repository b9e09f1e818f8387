/** The door of the engine. */

export type { Checkpoint } from "./checkpoint.ts";
export { createChance, createClock } from "./clock.ts";
export { createEngine } from "./engine.ts";
export * from "./engine-port.ts";
export type { RerunFrom } from "./rerun.ts";
export { syncChecks } from "./sync.ts";
export { createTransport, type TransportOptions } from "./transport.ts";
export type { RunReason } from "./why.ts";
