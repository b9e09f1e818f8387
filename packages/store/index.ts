/** The door of the storage room: the port, the memory store and the payload codec. */
export * from "./port.ts";
