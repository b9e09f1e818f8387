/** REST v2 (wire.md §10.2): the run list, one run, its trace, and one event. */
import type { RunStatus } from "@stepwell/core";
import { z } from "zod";
import { type ListPage, pageSchema } from "./list-page.ts";

export const runStatuses = ["QUEUED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "SKIPPED"] as const;
export type V2RunStatus = Uppercase<RunStatus>;

/** A run of a function. */
export interface FunctionRun {
  id: string;
  app: { id: string; name: string };
  function: { id: string; name: string; slug: string };
  status: V2RunStatus;
  trigger: {
    eventName: string;
    eventIds: string[];
    batchId: string | null;
    isBatch: boolean;
    cronSchedule: string | null;
  };
  queuedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** From start to end; null while it runs. */
  durationMs: number | null;
  /** The run that this one repeats; null: it is none's repetition. */
  originalRunId: string | null;
  /** Only with `includeOutput=true`: the value returned, or the error. */
  output?: unknown;
}

export const spanStatuses = [
  "UNKNOWN",
  "QUEUED",
  "RUNNING",
  "WAITING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "SKIPPED",
] as const;
export type SpanStatus = (typeof spanStatuses)[number];

export const stepOps = [
  "RUN",
  "SLEEP",
  "WAIT_FOR_EVENT",
  "WAIT_FOR_SIGNAL",
  "INVOKE",
  "SEND_EVENT",
  "AI_GATEWAY",
] as const;
export type StepOp = (typeof stepOps)[number];

type FieldsOf<T> = T extends unknown ? keyof T : never;
/** A union of which any field may be asked for: it is undefined where it does not belong. */
type OneOf<T, Fields extends PropertyKey = FieldsOf<T>> = T extends unknown
  ? T & { [Field in Exclude<Fields, keyof T>]?: undefined }
  : never;

/** What a step waits for (semantics §10.2). `timeout` is an ISO time; `timedOut` is null while nothing has come. */
export type StepInfo = OneOf<SleepInfo | EventWaitInfo | SignalWaitInfo | InvokeInfo>;

interface SleepInfo {
  sleepUntil: string;
}

interface EventWaitInfo {
  eventName: string;
  expression: string | null;
  timeout: string | null;
  /** Internal id. */
  foundEventID: string | null;
  timedOut: boolean | null;
}

interface SignalWaitInfo {
  signal: string;
  timeout: string | null;
  timedOut: boolean | null;
}

interface InvokeInfo {
  /** The event that starts the child; null: there is no such function. */
  triggeringEventID: string | null;
  functionID: string;
  timeout: string | null;
  /** The event that told of the child's end. */
  returnEventID: string | null;
  /** The child, from when it exists. */
  runID: string | null;
  timedOut: boolean | null;
}

/** One line of a run's tree (semantics §10.1). Times that were not recorded are null, never guessed. */
export interface Span {
  id: string;
  name: string;
  /** The id as the user wrote it; null on the root, on attempts and on the finalization. */
  stepId: string | null;
  stepOp: StepOp | null;
  status: SpanStatus;
  queuedAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  /** Attempts made so far. */
  attemptCount: number | null;
  /** Zero-based number of the last attempt; of an attempt, its own. */
  attempts: number | null;
  stepInfo: StepInfo | null;
  /** Why the run never began: `Singleton`, `FunctionPaused` or `FunctionDrained`. Only on the root of a skipped run. */
  skipReason?: string;
  /** The run that held the singleton's place; null: there is none. Only on the root of a skipped run. */
  skipExistingRunID?: string | null;
  /** A step's arguments, null when it has none; only with `includeOutput=true`. */
  input?: unknown;
  /** `{data}` or `{error}`; only with `includeOutput=true`, not of sleeps and of what is not over. */
  output?: unknown;
  metadata: unknown[];
  children: Span[];
}

export interface Trace {
  runId: string;
  rootSpan: Span;
}

/** One event (semantics §10.5). */
export interface EventView {
  /** Minted by the server. */
  id: string;
  name: string;
  receivedAt: string;
  /** The event's own `ts`. */
  occurredAt: string;
  /** The sender's id, by which the event is not taken twice; else the internal one. */
  idempotencyKey: string;
  /** The event as functions get it, as JSON text. */
  raw: string;
  source: string;
  /** Runs that it started. */
  runs: FunctionRun[];
}

export interface V2Answer<T> {
  data: T;
  metadata: { fetchedAt: string; cachedUntil: string | null };
  page?: ListPage;
}

export interface V2Errors {
  errors: { code: string; message: string }[];
}

export const functionRunSchema: z.ZodType<FunctionRun> = z.object({
  id: z.string(),
  app: z.object({ id: z.string(), name: z.string() }),
  function: z.object({ id: z.string(), name: z.string(), slug: z.string() }),
  status: z.enum(runStatuses),
  trigger: z.object({
    eventName: z.string(),
    eventIds: z.array(z.string()),
    batchId: z.string().nullable(),
    isBatch: z.boolean(),
    cronSchedule: z.string().nullable(),
  }),
  queuedAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  durationMs: z.number().nullable(),
  originalRunId: z.string().nullable().default(null),
  output: z.unknown().exactOptional(),
});

export const eventViewSchema: z.ZodType<EventView> = z.object({
  id: z.string(),
  name: z.string(),
  receivedAt: z.string(),
  occurredAt: z.string(),
  idempotencyKey: z.string(),
  raw: z.string(),
  source: z.string(),
  runs: z.array(functionRunSchema),
});

const timeout = z.string().nullable();
const timedOut = z.boolean().nullable();
const stepInfoSchema = z.union([
  z.object({ sleepUntil: z.string() }),
  z.object({
    eventName: z.string(),
    expression: z.string().nullable(),
    timeout,
    foundEventID: z.string().nullable(),
    timedOut,
  }),
  z.object({ signal: z.string(), timeout, timedOut }),
  z.object({
    triggeringEventID: z.string().nullable(),
    functionID: z.string(),
    timeout,
    returnEventID: z.string().nullable(),
    runID: z.string().nullable(),
    timedOut,
  }),
]);

export const spanSchema: z.ZodType<Span> = z.lazy(() =>
  z.object({
    id: z.string(),
    name: z.string(),
    stepId: z.string().nullable(),
    stepOp: z.enum(stepOps).nullable(),
    status: z.enum(spanStatuses),
    queuedAt: z.string().nullable(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    durationMs: z.number().nullable(),
    attemptCount: z.number().nullable(),
    attempts: z.number().nullable(),
    stepInfo: stepInfoSchema.nullable(),
    skipReason: z.string().exactOptional(),
    skipExistingRunID: z.string().nullable().exactOptional(),
    input: z.unknown().exactOptional(),
    output: z.unknown().exactOptional(),
    metadata: z.array(z.unknown()),
    children: z.array(spanSchema),
  }),
);

export const traceSchema: z.ZodType<Trace> = z.object({ runId: z.string(), rootSpan: spanSchema });

/** `schema` in the envelope of v2. */
export function v2Answer<T>(schema: z.ZodType<T>): z.ZodType<V2Answer<T>> {
  return z.object({
    data: schema,
    metadata: z.object({ fetchedAt: z.string(), cachedUntil: z.string().nullable() }),
    page: pageSchema.exactOptional(),
  }) as unknown as z.ZodType<V2Answer<T>>;
}
