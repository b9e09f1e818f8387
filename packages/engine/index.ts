/** The door of the engine. */
export { createChance, createClock } from "./clock.ts";
export { createEngine } from "./engine.ts";
export * from "./engine-port.ts";
export { syncChecks } from "./sync.ts";
export { createTransport, type TransportOptions } from "./transport.ts";
