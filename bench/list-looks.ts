/** The lists of that bench, through the store's reads and through the server's API without a socket. */
import { apiBase } from "@stepwell/api/dashboard";
import type { StepwellServer } from "@stepwell/server";
import type { RunFilter, Store } from "@stepwell/store";
import type { SeededLists } from "./list-seed.ts";
import { APPS, appId, eventName, FUNCTIONS, functionId, INTERNAL, runId } from "./list-shape.ts";
import type { ListOrder } from "./lists-process.ts";

const HOUR_MS = 3_600_000;

/** What is asked again and again: `n` makes each time another one. Gives the number of rows. */
export type Look = (n: number) => Promise<number>;

/** The first run of a late page. */
function lateRun({ runs, page }: ListOrder, n: number): string {
  return runId(Math.max(0, runs - 999 * page - n));
}

export function looksAtStore(
  store: Store,
  order: ListOrder,
  { from, until }: SeededLists,
): Record<string, Look> {
  const { read } = store;
  const { page: rows, most } = order;
  const page = (filter: Omit<RunFilter, "limit">) => async () =>
    (await read.runs({ ...filter, limit: rows })).rows.length;
  const frequent = functionId(0);
  const late = (n: number): string => lateRun(order, n);
  const hour = (n: number) => {
    const at = from + ((n * 7919 * HOUR_MS) % (until - from - HOUR_MS));
    return { from: at, until: at + HOUR_MS };
  };
  const events =
    (filter: object): Look =>
    async () =>
      (await read.events({ ...filter, limit: rows })).rows.length;
  return {
    "no filter": page({}),
    "no filter, oldest first": page({ order: "asc" }),
    "no filter, page 1,000": (n) => page({ cursor: late(n) })(),
    "failed (20 of all)": page({ status: ["failed"] }),
    "failed, cancelled, skipped": page({ status: ["failed", "cancelled", "skipped"] }),
    "completed, page 1,000": (n) => page({ status: ["completed"], cursor: late(n) })(),
    "all but completed": page({ status: ["queued", "running", "failed", "cancelled", "skipped"] }),
    "function (half of all)": page({ functionIds: [frequent] }),
    "function (202 runs)": page({ functionIds: [functionId(FUNCTIONS - 2)] }),
    "function (1 run)": page({ functionIds: [functionId(FUNCTIONS - 1)] }),
    "ten functions": (n) =>
      page({ functionIds: Array.from({ length: 10 }, (_, at) => functionId((n + at) % FUNCTIONS)) })(),
    "function + failed": (n) => page({ functionIds: [functionId(n % FUNCTIONS)], status: ["failed"] })(),
    "ten functions + three statuses": (n) =>
      page({
        functionIds: Array.from({ length: 10 }, (_, at) => functionId((n + at) % FUNCTIONS)),
        status: ["failed", "cancelled", "skipped"],
      })(),
    app: (n) => page({ appIds: [appId(n % APPS)] })(),
    "app, page 1,000": (n) => page({ appIds: [appId(n % APPS)], cursor: late(n) })(),
    "app + failed": (n) => page({ appIds: [appId(n % APPS)], status: ["failed"] })(),
    "an hour": (n) => page(hour(n))(),
    "an hour + failed": (n) => page({ ...hour(n), status: ["failed"] })(),
    "an hour + app + two statuses, oldest first": (n) =>
      page({ ...hour(n), appIds: [appId(n % APPS)], status: ["completed", "cancelled"], order: "asc" })(),
    "count, no filter": () => read.countRuns({}, most),
    "count, app": (n) => read.countRuns({ appIds: [appId(n % APPS)] }, most),
    "count, failed": () => read.countRuns({ status: ["failed"] }, most),
    "count, an hour + completed": (n) => read.countRuns({ ...hour(n), status: ["completed"] }, most),
    "queue by function": async () => (await read.backlog(most)).length,
    "events, no filter": events({}),
    "events with the server's own": events({ includeInternal: true }),
    "events of a name": (n) => events({ name: eventName(n) })(n),
    "events of the server's, asked as others": events({ name: INTERNAL }),
    "names of events": async () => (await read.eventNames(1000)).length,
  };
}

/** As the dashboard asks: names, errors and reasons of waiting are on the lines, and all is made JSON and checked. */
export function looksAtApi(server: StepwellServer, order: ListOrder): Record<string, Look> {
  const get = async (path: string): Promise<unknown> => {
    const response = await server(new Request(`http://localhost${apiBase}${path}`));
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
    return (JSON.parse(text) as { data: unknown }).data;
  };
  const page =
    (path: string): Look =>
    async () =>
      ((await get(path)) as unknown[]).length;
  const runs = (q: string): Look => page(`/runs?limit=${order.page}&q=${encodeURIComponent(q)}`);
  return {
    "GET /runs": runs(""),
    "GET /runs, page 1,000": (n) => page(`/runs?limit=${order.page}&cursor=${lateRun(order, n)}`)(n),
    "GET /runs, failed": runs("status:failed"),
    "GET /runs, queued, with reasons": runs("status:queued"),
    "GET /runs, app and three statuses": (n) =>
      runs(`app:app-${n % APPS} status:failed,cancelled,skipped`)(n),
    "GET /runs, two functions of a day": runs("function:app-1-function-1,app-2-function-2 since:24h"),
    "GET /runs/count, completed": async () =>
      ((await get("/runs/count?q=status:completed")) as { count: number }).count,
    "GET /events": page(`/events?limit=${order.page}`),
  };
}
