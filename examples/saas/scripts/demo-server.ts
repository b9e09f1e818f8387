/** What the demo asks the server: its clock, and by the REST API what became of runs. */
import { z } from "zod";
import { type Http, openHttp } from "./demo-http.ts";
import { DemoFailure } from "./demo-steps.ts";

const Clock = z.object({ now: z.iso.datetime(), offsetMs: z.number() });
const Moved = Clock.extend({ fired: z.number() });
const Events = z.object({
  data: z.array(z.object({ internal_id: z.string(), data: z.record(z.string(), z.unknown()) })),
});
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

export type Run = z.infer<typeof Runs>["data"][number];
export type Server = ReturnType<typeof openServer>;

/** Moving the clock waits for every run that is due meanwhile. */
const ADVANCE_LIMIT_MS = 60_000;

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
    /** The one run that this user's sign-up started; undefined until it is there. */
    async welcomeRun(userId: string) {
      const { data } = await askJson(Events, "/v1/events?name=user/created&limit=100");
      const event = data.find((found) => found.data.userId === userId);
      if (!event) return undefined;
      const runs = (await askJson(EventRuns, `/v1/events/${event.internal_id}/runs`)).data;
      return runs.at(0);
    },
    /** Those that the clock started, the oldest first. */
    async cleanups(from: string): Promise<Run[]> {
      const query = new URLSearchParams({
        functionId: "saas-daily-cleanup",
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
  };
}
