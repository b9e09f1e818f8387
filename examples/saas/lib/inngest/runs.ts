/** What the server knows about the runs of this app: lists, one run, its steps, who started it. */
import { z } from "zod";
import { inngest } from "./client.ts";
import { type Answer, instant, type Rest, rest } from "./rest.ts";

const words = {
  QUEUED: "queued",
  SCHEDULED: "queued",
  RUNNING: "running",
  COMPLETED: "completed",
  FAILED: "failed",
  CANCELLED: "cancelled",
  SKIPPED: "skipped",
} as const;
const stepWords = { ...words, WAITING: "waiting", UNKNOWN: "unknown" } as const;

export type RunStatus = (typeof words)[keyof typeof words];
export type StepStatus = (typeof stepWords)[keyof typeof stepWords];

const at = instant.nullish();

const Run = z.object({
  id: z.string(),
  function: z.object({ name: z.string(), slug: z.string() }),
  status: z.enum(Object.keys(words) as (keyof typeof words)[]).transform((word) => words[word]),
  trigger: z.object({
    eventName: z.string().nullish(),
    eventIds: z.array(z.string()).nullish(),
    /** Set when the clock started it. */
    cronSchedule: z.string().nullish(),
  }),
  queuedAt: instant,
  startedAt: at,
  endedAt: at,
  durationMs: z.number().nullish(),
  output: z.unknown().optional(),
});
export type Run = z.infer<typeof Run>;

/** The run itself, its steps, and the attempts of a step are spans in each other. */
const Span = z.object({
  id: z.string(),
  name: z.string(),
  stepId: z.string().nullish(),
  stepOp: z.string().nullish(),
  status: z
    .enum(Object.keys(stepWords) as (keyof typeof stepWords)[])
    .transform((word): StepStatus => stepWords[word]),
  durationMs: z.number().nullish(),
  attemptCount: z.number().nullish(),
  /** The number of the last one, counted from zero. */
  attempts: z.number().nullish(),
  output: z.unknown().optional(),
  get children() {
    return z.array(Span).nullish();
  },
});
export type Span = z.infer<typeof Span>;

const Event = z.object({ name: z.string(), data: z.record(z.string(), z.unknown()).nullish() });

/** What a failed run or step left behind. */
const Failure = z.object({
  name: z.string().optional(),
  message: z.string(),
  stack: z.string().optional(),
});
type Failure = z.infer<typeof Failure>;

/** Of a failed run, or of a failed step, which has it as `{ error }`. */
export function readFailure(output: unknown): Failure | undefined {
  const inside = z.object({ error: Failure }).safeParse(output).data?.error;
  return inside ?? Failure.safeParse(output).data;
}

export interface Runs {
  /** The latest runs of one of this app's functions, newest first. */
  list(functionId: string, limit: number): Promise<Answer<Run[]>>;
  /** With its output. Only this app's runs are found, whatever else runs there. */
  find(runId: string): Promise<Answer<Run>>;
  /** The steps of a run, with their outputs. */
  listSteps(runId: string): Promise<Answer<Span[]>>;
  /** Who started the run by hand (`triggeredBy` of its event): a user's id, or what else was sent. */
  findStarter(run: Run): Promise<Answer<string>>;
}

export function runs(client: Rest = rest()): Runs {
  const slug = (functionId: string) => `${inngest.id}-${functionId}`;
  return {
    list: (functionId, limit) =>
      client.get(
        `/v2/runs?${new URLSearchParams({ functionId: slug(functionId), limit: `${limit}` })}`,
        z.array(Run),
      ),
    async find(runId) {
      if (!z.ulid().safeParse(runId).success) return { is: "absent" };
      const answer = await client.get(`/v2/runs/${encodeURIComponent(runId)}?includeOutput=true`, Run);
      const isOurs = answer.is !== "found" || answer.data.function.slug.startsWith(slug(""));
      return isOurs ? answer : { is: "absent" };
    },
    async listSteps(runId) {
      const path = `/v2/runs/${encodeURIComponent(runId)}/trace?includeOutput=true`;
      const answer = await client.get(path, z.object({ rootSpan: Span }));
      return answer.is === "found" ? { ...answer, data: answer.data.rootSpan.children ?? [] } : answer;
    },
    async findStarter({ trigger }) {
      const [eventId] = trigger.eventIds ?? [];
      if (!eventId || trigger.cronSchedule) return { is: "absent" };
      const answer = await client.get(`/v1/events/${encodeURIComponent(eventId)}`, Event);
      if (answer.is !== "found") return answer;
      const { triggeredBy } = answer.data.data ?? {};
      return typeof triggeredBy === "string" ? { ...answer, data: triggeredBy } : { is: "absent" };
    },
  };
}
