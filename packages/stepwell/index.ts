/** Stepwell in your own process: what `stepwell dev` and `stepwell start` do, as a function. */
export { ListenError, SettingsError, type StepwellConfig } from "@stepwell/server";
export { defineConfig } from "./define-config.ts";
export { type StartOptions, type Stepwell, startStepwell } from "./start-stepwell.ts";
