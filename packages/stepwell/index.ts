/** Stepwell in your own process: what `stepwell dev` and `stepwell start` do, as a function. */
export { ListenError, SettingsError } from "@stepwell/server";
export { type StartOptions, type Stepwell, startStepwell } from "./start-stepwell.ts";
