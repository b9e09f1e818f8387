/** A span in one shape, whatever it shows (wire.md §10.2). */
import type { Span, SpanStatus, StepInfo, StepOp } from "@stepwell/api";
import type { Instant, Json, JsonObject, RunId } from "@stepwell/core";
import { isoTime } from "../../reply.ts";

const MAX_NAME = 256;

/** What is known of a span; what is left out is null, outputs and inputs are left out. */
export interface SpanParts {
  id: string;
  name: string;
  status: SpanStatus;
  stepId?: string;
  stepOp?: StepOp;
  queuedAt?: Instant | null;
  startedAt?: Instant | null;
  endedAt?: Instant | null;
  attemptCount?: number | null;
  attempts?: number | null;
  stepInfo?: StepInfo | null;
  skip?: { reason: string; existingRunId: RunId | null };
  input?: unknown;
  output?: unknown;
  children?: Span[];
}

export function span(parts: SpanParts): Span {
  const { queuedAt = null, startedAt = null, endedAt = null } = parts;
  return {
    id: parts.id,
    name: shortName(parts.name),
    stepId: parts.stepId ?? null,
    stepOp: parts.stepOp ?? null,
    status: parts.status,
    queuedAt: isoTime(queuedAt),
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    durationMs: startedAt === null || endedAt === null ? null : endedAt - startedAt,
    attemptCount: parts.attemptCount ?? null,
    attempts: parts.attempts ?? null,
    stepInfo: parts.stepInfo ?? null,
    metadata: [],
    children: parts.children ?? [],
    ...(parts.skip === undefined
      ? {}
      : { skipReason: parts.skip.reason, skipExistingRunID: parts.skip.existingRunId }),
    ...(parts.input === undefined ? {} : { input: parts.input }),
    ...(parts.output === undefined ? {} : { output: parts.output }),
  };
}

/** Cut between characters, never inside one. */
function shortName(name: string): string {
  return name.length <= MAX_NAME ? name : [...name].slice(0, MAX_NAME).join("");
}

/** A stored result, whatever its encoding (wire.md §6.1), as `{data}` or `{error}`, without the SDK's mark. */
export function wrapped(stored: Json): JsonObject {
  if (!isObject(stored)) return { data: stored };
  const { type, data, error, ...rest } = stored;
  const isWrapper = Object.keys(rest).length === 0;
  if (isWrapper && error !== undefined && (type === undefined || type === "error"))
    return { error: shownError(error) };
  if (isWrapper && data !== undefined && (type === undefined || type === "data")) return { data };
  return { data: stored };
}

/** An error as people see it. */
export function shownError(error: Json): Json {
  if (!isObject(error)) return error;
  const { __serialized, ...shown } = error;
  return shown;
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
