/**
 * The dashboard, mounted in your own app: `createDashboard` makes a handler from `Request` to `Response`.
 * @example
 * // app/admin/jobs/[[...path]]/route.ts of a Next app
 * const dashboard = createDashboard({ url, apiKey, basePath: "/admin/jobs", authorize });
 * export { dashboard as GET, dashboard as POST, dashboard as PATCH, dashboard as DELETE };
 */
export { type Authorized, createDashboard, type Dashboard, type DashboardOptions } from "@stepwell/dashboard";
