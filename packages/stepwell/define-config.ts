/** The helper that gives a `stepwell.config.ts` its types. */
import type { StepwellConfig } from "@stepwell/server";

/**
 * Gives back the config that it gets; your editor knows its keys.
 * @param config every key is in docs/reference/config.md
 * @example
 * export default defineConfig({ port: 9000, sdkUrls: ["http://localhost:4000/api/inngest"] });
 */
export function defineConfig(config: StepwellConfig): StepwellConfig {
  return config;
}
