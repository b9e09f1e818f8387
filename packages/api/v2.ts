/** REST v2 (wire.md §10.2): the run list, one run, and its trace. */
import type { RunStatus } from "@stepwell/core";
import { z } from "zod";

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

/** One line of a run's tree (semantics §10.1). Times that were not recorded are null, never guessed. */
export interface Span {
  id: string;
  name: string;
  /** The id as the user wrote it; null on the root, on attempts and on the finalization. */
  stepId: string | null;
  stepOp: "RUN" | "SLEEP" | null;
  status: SpanStatus;
  queuedAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  /** Attempts made so far. */
  attemptCount: number | null;
  /** Zero-based number of the last attempt; of an attempt, its own. */
  attempts: number | null;
  stepInfo: { sleepUntil: string } | null;
  /** `{data}` or `{error}`; only with `includeOutput=true`. */
  output?: unknown;
  metadata: unknown[];
  children: Span[];
}

export interface Trace {
  runId: string;
  rootSpan: Span;
}

export interface V2Answer<T> {
  data: T;
  metadata: { fetchedAt: string; cachedUntil: string | null };
  page?: { cursor: string | null; hasMore: boolean; limit: number };
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
  output: z.unknown().exactOptional(),
});

export const spanSchema: z.ZodType<Span> = z.lazy(() =>
  z.object({
    id: z.string(),
    name: z.string(),
    stepId: z.string().nullable(),
    stepOp: z.enum(["RUN", "SLEEP"]).nullable(),
    status: z.enum(spanStatuses),
    queuedAt: z.string().nullable(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    durationMs: z.number().nullable(),
    attemptCount: z.number().nullable(),
    attempts: z.number().nullable(),
    stepInfo: z.object({ sleepUntil: z.string() }).nullable(),
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
    page: z
      .object({ cursor: z.string().nullable(), hasMore: z.boolean(), limit: z.number() })
      .exactOptional(),
  }) as unknown as z.ZodType<V2Answer<T>>;
}
