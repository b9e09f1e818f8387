/** The door of the engine. */
export * from "./engine-port.ts";
