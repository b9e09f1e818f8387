/** The Node side of the dashboard: how its pages are served, and how it is mounted in an app. */
export { type Authorized, createDashboard, type Dashboard, type DashboardOptions } from "./serve/mount.ts";
export { type PageOptions, type ServePages, servePages } from "./serve/pages.ts";
