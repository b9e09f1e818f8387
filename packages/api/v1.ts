/** REST v0 and v1 as users of the platform know them (wire.md §10.1). */
import type { RunStatus } from "@stepwell/core";
import { z } from "zod";
import { type ListPage, pageSchema } from "./list-page.ts";
import { type EventOutcome, eventOutcomeSchema, type WaitingReason, waitingReasonSchema } from "./waiting.ts";

/** An event as `GET /v1/events` shows it. */
export interface V1Event {
  /** Minted by the server; addresses the event in this API. */
  internal_id: string;
  /** The sender's id, else the internal one. */
  id: string;
  name: string;
  data: unknown;
  user: unknown;
  ts: number;
  v: string | null;
  received_at: string;
  receivedAt: string;
  accountID: string;
  environmentID: string;
  source: string;
  sourceID: string;
  /** What became of it, function by function, also where no run came of it. Of `GET /v1/events/{id}` only. */
  outcomes?: EventOutcome[];
}

export type V1RunStatus = Capitalize<RunStatus>;

/** A run as `GET /v1/runs/{id}` shows it. */
export interface V1Run {
  run_id: string;
  run_started_at: string | null;
  ended_at: string | null;
  status: V1RunStatus;
  /** What the function returned; of a failed run its error. */
  output: unknown;
  function_id: string;
  function_slug: string;
  function_name: string;
  function_version: number;
  environment_id: string;
  event_id: string;
  batch_id: string | null;
  original_run_id: string | null;
  cron: string | null;
  /** Why it does not go on, the most limiting first; empty once it has ended. Of `GET /v1/runs/{id}` only. */
  waiting?: WaitingReason[];
}

/** The envelope of a successful v1 answer. */
export interface V1Answer<T> {
  data: T;
  metadata: { fetchedAt: string; cachedUntil: string | null };
  /** Of the event list only. */
  page?: ListPage;
}

/** Every refusal outside v2; `code` is one of docs/errors.md. */
export interface V1Error {
  error: string;
  status: number;
  code?: string;
}

/** The answer of `POST /e/{key}`. */
export interface SendAnswer {
  ids: string[];
  status: number;
  error?: string;
  code?: string;
}

export const v1EventSchema: z.ZodType<V1Event> = z.object({
  internal_id: z.string(),
  id: z.string(),
  name: z.string(),
  data: z.unknown(),
  user: z.unknown(),
  ts: z.number(),
  v: z.string().nullable(),
  received_at: z.string(),
  receivedAt: z.string(),
  accountID: z.string(),
  environmentID: z.string(),
  source: z.string(),
  sourceID: z.string(),
  outcomes: z.array(eventOutcomeSchema).exactOptional(),
});

export const v1RunSchema: z.ZodType<V1Run> = z.object({
  run_id: z.string(),
  run_started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  status: z.enum(["Queued", "Running", "Completed", "Failed", "Cancelled", "Skipped"]),
  output: z.unknown(),
  function_id: z.string(),
  function_slug: z.string(),
  function_name: z.string(),
  function_version: z.number(),
  environment_id: z.string(),
  event_id: z.string(),
  batch_id: z.string().nullable(),
  original_run_id: z.string().nullable(),
  cron: z.string().nullable(),
  waiting: z.array(waitingReasonSchema).exactOptional(),
});

export const sendAnswerSchema: z.ZodType<SendAnswer> = z.object({
  ids: z.array(z.string()).default([]),
  status: z.number(),
  error: z.string().exactOptional(),
  code: z.string().exactOptional(),
});

/** `schema` in the envelope of v1. */
export function v1Answer<T>(schema: z.ZodType<T>): z.ZodType<V1Answer<T>> {
  return z.object({
    data: schema,
    metadata: z.object({ fetchedAt: z.string(), cachedUntil: z.string().nullable() }),
    page: pageSchema.exactOptional(),
  }) as unknown as z.ZodType<V1Answer<T>>;
}
