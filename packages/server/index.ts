/** The HTTP server over an engine. */
export type { ServerOptions } from "./context.ts";
export { createServer, type StepwellServer } from "./create-server.ts";
export { ListenError, type Listening, type ListenOptions, listen } from "./listen.ts";
export { readSettings, type Settings, SettingsError, type SettingsInput } from "./settings.ts";
