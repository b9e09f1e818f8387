/** The dashboard's API: the sections of its table, joined. */
import type { CallName } from "@stepwell/api/dashboard";
import {
  appsSchemas,
  bulkSchemas,
  eventsSchemas,
  functionsSchemas,
  overviewSchemas,
  runsSchemas,
  type SchemasOf,
  schedulesSchemas,
  sessionSchemas,
  settingsSchemas,
} from "@stepwell/api/dashboard/schemas";
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { watchEventLoop } from "../event-loop.ts";
import { createAccess } from "./access/access.ts";
import { registerOidc } from "./access/oidc-routes.ts";
import type { Handlers } from "./call.ts";
import { registerCalls } from "./frame.ts";
import { registerOpenApi } from "./openapi.ts";
import { appsHandlers } from "./sections/apps.ts";
import { bulkHandlers } from "./sections/bulk.ts";
import { eventsHandlers } from "./sections/events.ts";
import { functionsHandlers } from "./sections/functions.ts";
import { overviewHandlers } from "./sections/overview.ts";
import { runsHandlers } from "./sections/runs.ts";
import { schedulesHandlers } from "./sections/schedules.ts";
import { type SessionNames, sessionGuards, sessionHandlers } from "./sections/session.ts";
import { settingsHandlers } from "./sections/settings.ts";
import { registerStream } from "./stream.ts";

// Each section: its handlers here, its schemas below.
const handlers: Handlers<Exclude<CallName, SessionNames>> = {
  ...appsHandlers,
  ...bulkHandlers,
  ...eventsHandlers,
  ...runsHandlers,
  ...schedulesHandlers,
  ...functionsHandlers,
  ...overviewHandlers,
  ...settingsHandlers,
};
export const schemas: SchemasOf<CallName> = {
  ...appsSchemas,
  ...bulkSchemas,
  ...eventsSchemas,
  ...runsSchemas,
  ...schedulesSchemas,
  ...sessionSchemas,
  ...functionsSchemas,
  ...overviewSchemas,
  ...settingsSchemas,
};

/** Registers the API of the dashboard. */
export function dashboardApi(app: Hono, options: ServerOptions): void {
  const access = createAccess(options);
  watchEventLoop();
  registerCalls(app, options, {
    access,
    handlers: { ...sessionHandlers(access), ...handlers },
    schemas,
    before: sessionGuards(access),
  });
  registerOidc(app, options, access.attempts);
  registerStream(app, options, access);
  registerOpenApi(app, schemas);
}
