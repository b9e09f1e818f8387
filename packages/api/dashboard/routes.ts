/**
 * Every call of the dashboard's API in one table: method, path below `{base}/api/stepwell/v1`, who may
 * make it and which scope an API key needs. The server registers, checks and documents by it, the pages
 * call by it, and a test walks it with every role. It holds no schema, so that a browser loads little.
 */
import type { Role, Scope } from "./session.ts";

export interface Route {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Parameters as `:name`. */
  path: string;
  /** `public`: also without a sign-in. */
  role: Role | "public";
  /** Null: never with an API key. */
  scope: Scope | null;
  /** One line for the OpenAPI document. */
  summary: string;
  /** The word of the audit log; only of writes that change something. */
  audit?: string;
}

const get = (path: string, role: Route["role"], scope: Scope | null, summary: string): Route => ({
  method: "GET",
  path,
  role,
  scope,
  summary,
});
const write = (
  method: Exclude<Route["method"], "GET">,
  path: string,
  role: Route["role"],
  scope: Scope | null,
  audit: string | null,
  summary: string,
): Route => ({ method, path, role, scope, summary, ...(audit === null ? {} : { audit }) });

export const callNames = [
  "getSession",
  "signIn",
  "signOut",
  "setUp",
  "changePassword",
  "listSessions",
  "endSession",
  "getOverview",
  "listRuns",
  "countRuns",
  "getRun",
  "getRunTrace",
  "getRunWhy",
  "cancelRun",
  "rerunRun",
  "listEvents",
  "getEvent",
  "sendEvent",
  "listEventTypes",
  "getEventSchema",
  "listFunctions",
  "getFunction",
  "setFunctionMode",
  "invokeFunction",
  "listSchedules",
  "listTicks",
  "runSchedule",
  "listApps",
  "addApp",
  "syncApp",
  "previewBulk",
  "startBulk",
  "listBulk",
  "getBulk",
  "actOnBulk",
  "listKeys",
  "createKey",
  "revokeKey",
  "listUsers",
  "createUser",
  "updateUser",
  "removeUser",
  "listAudit",
  "getHealth",
] as const;
export type CallName = (typeof callNames)[number];

export const routes: { readonly [Name in CallName]: Route } = {
  getSession: get("/session", "public", "read", "Who is signed in, and how to sign in"),
  signIn: write("POST", "/session", "public", null, "session.create", "Sign in by password"),
  signOut: write("DELETE", "/session", "public", null, "session.end", "Sign out"),
  setUp: write("POST", "/setup", "public", null, "setup", "Make the first admin, with the token of the log"),
  changePassword: write("POST", "/me/password", "viewer", null, "user.password", "Change one's own password"),
  listSessions: get("/me/sessions", "viewer", null, "One's own sign-ins"),
  endSession: write("DELETE", "/me/sessions/:id", "viewer", null, "session.end", "End one of one's sign-ins"),
  getOverview: get("/overview", "viewer", "read", "Counts, charts, and what needs attention"),
  listRuns: get("/runs", "viewer", "read", "Runs, newest first"),
  countRuns: get("/runs/count", "viewer", "read", "How many runs a filter matches"),
  getRun: get("/runs/:id", "viewer", "read", "One run"),
  getRunTrace: get("/runs/:id/trace", "viewer", "read", "The steps of a run with their payloads"),
  getRunWhy: get("/runs/:id/why", "viewer", "read", "What a run waits for"),
  cancelRun: write("POST", "/runs/:id/cancel", "operator", "runs:write", "run.cancel", "Cancel a run"),
  rerunRun: write(
    "POST",
    "/runs/:id/rerun",
    "operator",
    "runs:write",
    "run.rerun",
    "Run again, as a new run",
  ),
  listEvents: get("/events", "viewer", "read", "Events, newest first"),
  getEvent: get("/events/:id", "viewer", "read", "One event, and what became of it"),
  sendEvent: write("POST", "/events", "operator", "events:write", "event.send", "Send an event"),
  listEventTypes: get("/event-types", "viewer", "read", "Event names, seen or waited for"),
  getEventSchema: get("/event-types/:name", "viewer", "read", "What data of an event name looked like"),
  listFunctions: get("/functions", "viewer", "read", "Functions with their last day"),
  getFunction: get("/functions/:id", "viewer", "read", "One function: configuration, limits, errors"),
  setFunctionMode: write(
    "POST",
    "/functions/:id/mode",
    "operator",
    "functions:write",
    "function.mode",
    "Pause, drain or resume a function",
  ),
  invokeFunction: write(
    "POST",
    "/functions/:id/invoke",
    "operator",
    "functions:write",
    "function.invoke",
    "Start a run of a function with data",
  ),
  listSchedules: get("/schedules", "viewer", "read", "Cron triggers with their ticks"),
  listTicks: get("/schedules/:id/ticks", "viewer", "read", "Ticks of a schedule, newest first"),
  runSchedule: write(
    "POST",
    "/schedules/:id/run",
    "operator",
    "functions:write",
    "schedule.run",
    "Start a scheduled function now",
  ),
  listApps: get("/apps", "viewer", "read", "Apps and their last sync"),
  addApp: write("POST", "/apps", "admin", "apps:write", "app.add", "Ask the app at an address to sync"),
  syncApp: write("POST", "/apps/:id/sync", "admin", "apps:write", "app.sync", "Ask an app to sync again"),
  previewBulk: write(
    "POST",
    "/bulk/preview",
    "operator",
    "runs:write",
    // It changes nothing; the start that follows is written down with its filter.
    null,
    "What a bulk action would do",
  ),
  startBulk: write("POST", "/bulk", "operator", "runs:write", "bulk.start", "Confirm a preview"),
  listBulk: get("/bulk", "viewer", "read", "Bulk jobs, newest first"),
  getBulk: get("/bulk/:id", "viewer", "read", "One bulk job"),
  actOnBulk: write(
    "POST",
    "/bulk/:id/:verb",
    "operator",
    "runs:write",
    "bulk.act",
    "Undo, pause, resume or cancel a bulk job",
  ),
  listKeys: get("/keys", "admin", "settings", "API keys"),
  createKey: write("POST", "/keys", "admin", "settings", "key.create", "Make an API key"),
  revokeKey: write("DELETE", "/keys/:id", "admin", "settings", "key.revoke", "Revoke an API key"),
  listUsers: get("/users", "admin", "settings", "Users"),
  createUser: write("POST", "/users", "admin", "settings", "user.create", "Add a user"),
  updateUser: write("PATCH", "/users/:id", "admin", "settings", "user.update", "Change a user"),
  removeUser: write("DELETE", "/users/:id", "admin", "settings", "user.remove", "Remove a user"),
  listAudit: get("/audit", "admin", "settings", "Who did what, newest first"),
  getHealth: get("/health", "viewer", "read", "The state of the server"),
};

/** Not in the table, since they answer no JSON: the live stream (viewer, `read`) and the OpenAPI document (public). */
export const streamPath = "/stream";
export const openApiPath = "/openapi.json";

/** Below a dashboard's base. */
export const apiBase = "/api/stepwell/v1";

/** The header that every write of a page carries, with the session's `csrf` (any value in dev). */
export const csrfHeader = "x-stepwell-csrf";
/** Who acts, as a mounted dashboard tells it to the server: `{id, name, role}`, JSON, URI-encoded. */
export const actorHeader = "x-stepwell-actor";

/** Whether a role includes another. */
export function includesRole(has: Role, needs: Role): boolean {
  const order: readonly Role[] = ["viewer", "operator", "admin"];
  return order.indexOf(has) >= order.indexOf(needs);
}
