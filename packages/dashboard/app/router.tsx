/** Which page belongs to which address. Pages are loaded when they are first shown. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { boot } from "./data/boot.ts";
import { parseSearch, stringifySearch } from "./data/search-params.ts";
import { Frame } from "./frame/frame.tsx";
import { PageFailure } from "./frame/page-failure.tsx";
import * as apps from "./pages/apps/search.ts";
import * as event from "./pages/event/search.ts";
import * as events from "./pages/events/search.ts";
import * as oneFunction from "./pages/function/search.ts";
import * as functions from "./pages/functions/search.ts";
import { NotFoundPage } from "./pages/not-found/index.tsx";
import * as overview from "./pages/overview/search.ts";
import * as run from "./pages/run/search.ts";
import * as runs from "./pages/runs/search.ts";
import * as schedules from "./pages/schedules/search.ts";
import * as settings from "./pages/settings/search.ts";
import * as signIn from "./pages/sign-in/search.ts";
import { Skeleton } from "./parts/states.tsx";

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFoundPage });
const root = () => rootRoute;

const routeTree = rootRoute.addChildren([
  createRoute({
    getParentRoute: root,
    path: "/",
    validateSearch: overview.parseSearch,
    component: lazyRouteComponent(() => import("./pages/overview/index.tsx"), "OverviewPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/runs",
    validateSearch: runs.parseSearch,
    component: lazyRouteComponent(() => import("./pages/runs/index.tsx"), "RunsPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/runs/$id",
    validateSearch: run.parseSearch,
    component: lazyRouteComponent(() => import("./pages/run/index.tsx"), "RunPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/events",
    validateSearch: events.parseSearch,
    component: lazyRouteComponent(() => import("./pages/events/index.tsx"), "EventsPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/events/$id",
    validateSearch: event.parseSearch,
    component: lazyRouteComponent(() => import("./pages/event/index.tsx"), "EventPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/functions",
    validateSearch: functions.parseSearch,
    component: lazyRouteComponent(() => import("./pages/functions/index.tsx"), "FunctionsPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/functions/$id",
    validateSearch: oneFunction.parseSearch,
    component: lazyRouteComponent(() => import("./pages/function/index.tsx"), "FunctionPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/schedules",
    validateSearch: schedules.parseSearch,
    component: lazyRouteComponent(() => import("./pages/schedules/index.tsx"), "SchedulesPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/apps",
    validateSearch: apps.parseSearch,
    component: lazyRouteComponent(() => import("./pages/apps/index.tsx"), "AppsPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/bulk",
    component: lazyRouteComponent(() => import("./pages/bulk/index.tsx"), "BulkPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/bulk/$id",
    component: lazyRouteComponent(() => import("./pages/bulk/index.tsx"), "BulkJobPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/settings/$section",
    validateSearch: settings.parseSearch,
    component: lazyRouteComponent(() => import("./pages/settings/index.tsx"), "SettingsPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/sign-in",
    validateSearch: signIn.parseSearch,
    component: lazyRouteComponent(() => import("./pages/sign-in/index.tsx"), "SignInPage"),
  }),
  createRoute({
    getParentRoute: root,
    path: "/set-up",
    component: lazyRouteComponent(() => import("./pages/set-up/index.tsx"), "SetUpPage"),
  }),
]);

export const router = createRouter({
  routeTree,
  basepath: boot.base === "" ? "/" : boot.base,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultPendingMs: 150,
  defaultPendingComponent: () => <Skeleton lines={6} className="page" />,
  defaultErrorComponent: PageFailure,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
