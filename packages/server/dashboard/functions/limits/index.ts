// The door of the limits room: how full the limits of a function are now.

export { readLimits } from "./read-limits.ts";
