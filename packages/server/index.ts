/** The HTTP server over an engine. */
export type { Connection } from "./connection.ts";
export type { ServerOptions } from "./context.ts";
export { createServer, type StepwellServer } from "./create-server.ts";
export {
  type AccessStore,
  addUser,
  changeUser,
  findByName,
  hasAdmin,
  removeUser,
} from "./dashboard/access/accounts.ts";
export { writeAudit } from "./dashboard/access/audit.ts";
export { addKey, revokeKey } from "./dashboard/access/keys.ts";
export type { OidcOptions } from "./dashboard/access/oidc-options.ts";
export { createSetup, SETUP_MS, type Setup } from "./dashboard/access/setup.ts";
export { startBulkRunner } from "./dashboard/bulk/runner.ts";
export { keepStatistics } from "./dashboard/statistics/index.ts";
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
