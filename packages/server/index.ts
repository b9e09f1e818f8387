/** The HTTP server over an engine. */
export type { ServerOptions } from "./context.ts";
export { createServer, type StepwellServer } from "./create-server.ts";
export { ListenError, type Listening, type ListenOptions, listen } from "./listen.ts";
export {
  configKeys,
  configProblems,
  readSettings,
  type Settings,
  SettingsError,
  type SettingsInput,
  type SettingsProblem,
  type StepwellConfig,
  secretKeys,
} from "./settings.ts";
