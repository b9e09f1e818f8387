/** What the demo asks the server: its clock, its schedules, and what became of runs. */
import { z } from "zod";
import { type Http, openHttp } from "./demo-http.ts";
import { DemoFailure } from "./demo-steps.ts";

const Clock = z.object({ now: z.iso.datetime(), offsetMs: z.number() });
const Moved = Clock.extend({ fired: z.number() });
const Events = z.object({
  data: z.array(z.object({ internal_id: z.string(), data: z.record(z.string(), z.unknown()) })),
});
const Sent = z.object({ ids: z.array(z.string()) });
const EventRuns = z.object({
  data: z.array(z.object({ run_id: z.string(), status: z.string(), output: z.unknown() })),
});
const Runs = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      queuedAt: z.iso.datetime(),
      trigger: z.object({ cronSchedule: z.string().nullable() }),
    }),
  ),
});
const Trace = z.object({
  data: z.object({
    rootSpan: z.object({
      children: z.array(z.object({ stepId: z.string().nullish(), output: z.unknown() })),
    }),
  }),
});
const Schedules = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      app: z.object({ name: z.string() }),
      function: z.object({ name: z.string(), slug: z.string() }),
      cron: z.string(),
      zone: z.string(),
    }),
  ),
});
const Ticks = z.object({
  data: z.array(
    z.object({
      scheduledAt: z.iso.datetime(),
      outcome: z.string(),
      runId: z.string().nullable(),
      runStatus: z.string().nullable(),
    }),
  ),
  page: z.object({ cursor: z.string().nullable() }),
});

export type Run = z.infer<typeof Runs>["data"][number];
export type EventRun = z.infer<typeof EventRuns>["data"][number];
export type Schedule = z.infer<typeof Schedules>["data"][number];
export type Tick = z.infer<typeof Ticks>["data"][number];
export type Span = { after: Date; until: Date };
export type Server = ReturnType<typeof openServer>;

/** Moving the clock waits for every run that is due meanwhile. */
const ADVANCE_LIMIT_MS = 120_000;
const APP = "saas";

export function openServer(serverUrl: string) {
  const { ask, askJson }: Http = openHttp({
    name: "The Stepwell server",
    url: serverUrl,
    limitMs: ADVANCE_LIMIT_MS,
    cure: "Start it with the app: npm start. If it runs elsewhere: STEPWELL_URL=http://127.0.0.1:PORT npm run demo",
  });
  return {
    url: serverUrl,
    /** Where the clock stands now; a server that has none to move is refused. */
    async clock() {
      const answer = await ask("/dev/clock");
      const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
      if (answer.status === 404 || !isJson) {
        throw new DemoFailure(
          `The server at ${serverUrl} has no clock to move (GET /dev/clock answered ${answer.status}).\n` +
            "  The demo moves through days, and only `stepwell dev` can: start it with npm start.",
        );
      }
      return askJson(Clock, "/dev/clock");
    },
    advance: (span: string) => askJson(Moved, "/dev/clock", { json: { advance: span } }),
    send: (name: string, data: Record<string, unknown>) => askJson(Sent, "/e/demo", { json: { name, data } }),
    /** The runs that one event started; undefined until the event is there. */
    async runsOf(name: string, isIt: (data: Record<string, unknown>) => boolean) {
      const { data } = await askJson(Events, `/v1/events?${new URLSearchParams({ name, limit: "100" })}`);
      const event = data.find((found) => isIt(found.data));
      if (!event) return undefined;
      return (await askJson(EventRuns, `/v1/events/${event.internal_id}/runs`)).data;
    },
    /** Those that the clock started, the oldest first. */
    async cleanups(from: string): Promise<Run[]> {
      const query = new URLSearchParams({
        functionId: `${APP}-daily-cleanup`,
        from,
        order: "ASC",
        limit: "100",
      });
      const { data } = await askJson(Runs, `/v2/runs?${query}`);
      return data.filter(({ trigger }) => trigger.cronSchedule !== null);
    },
    /** What a run's steps returned, by step id. */
    async stepOutputs(runId: string): Promise<Record<string, unknown>> {
      const { data } = await askJson(Trace, `/v2/runs/${runId}/trace?includeOutput=true`);
      return Object.fromEntries(data.rootSpan.children.map(({ stepId, output }) => [stepId, output]));
    },
    /** One for each job of the app that starts by the clock. */
    async schedules(): Promise<Schedule[]> {
      const { data } = await askJson(Schedules, "/v2/schedules?limit=100");
      return data.filter(({ app }) => app.name === APP);
    },
    /** What became of a schedule's ticks, the oldest first. */
    async ticks({ id }: Schedule, { after, until }: Span): Promise<Tick[]> {
      const found: Tick[] = [];
      const isAfter = ({ scheduledAt }: Tick) => new Date(scheduledAt) > after;
      for (let cursor: string | null = ""; cursor !== null; ) {
        const query = new URLSearchParams({ limit: "400", ...(cursor && { cursor }) });
        const { data, page }: z.infer<typeof Ticks> = await askJson(
          Ticks,
          `/v2/schedules/${id}/ticks?${query}`,
        );
        found.push(...data.filter((tick) => isAfter(tick) && new Date(tick.scheduledAt) <= until));
        cursor = data.every(isAfter) ? page.cursor : null;
      }
      return found.reverse();
    },
  };
}
