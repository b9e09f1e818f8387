/** Why a run waits, and what became of an event (docs/reference/rest.md). Times are ISO texts. */
import { z } from "zod";

export const waitingGates = [
  "pause",
  "concurrency",
  "throttle",
  "queue",
  "start",
  "retry",
  "request",
  "event",
  "signal",
  "invoke",
  "sleep",
  "app",
] as const;
export type WaitingGate = (typeof waitingGates)[number];

/** One thing that a run waits for. Clients must take gates and fields that they do not know. */
export interface WaitingReason {
  gate: WaitingGate;
  /** The step as its user named it; null: the start of the run, or code between steps. */
  step: string | null;
  /** All of it in words. */
  message: string;
  /** When it goes on; null: that cannot be known. */
  until: string | null;
  /** `exact`: then. `earliest`: not before. `latest`: then at the latest. */
  until_is: "exact" | "earliest" | "latest" | null;
  /** Of `concurrency` and `throttle`. */
  limit?: WaitingLimit;
  /** Of what is queued: runs of the same function and keys that come first; counted up to 1000. */
  ahead?: number;
  /** Of `retry`. `attempt` counts from 1 and is the one to come. */
  retry?: { attempt: number; max_attempts: number; error: string | null };
  /** Of `event` and `signal`. */
  awaits?: { name: string; expression: string | null };
  /** Of `invoke`: the run, from when it exists, and why that waits. */
  invoked?: {
    function_id: string;
    event_id: string | null;
    run_id: string | null;
    waiting: WaitingReason[];
  };
}

export interface WaitingLimit {
  limit: number;
  /** Slots in use now; null: it counts starts. */
  used: number | null;
  period_ms: number | null;
  /** The CEL expression of the key and its value; null: one counter for all. */
  key_expression: string | null;
  key: string | null;
  scope: "fn" | "env" | "account";
  counts: "step" | "run" | "start";
  /** Runs that hold a slot, longest first; at most 20. */
  holders: { run_id: string; since: string }[];
}

export const outcomeKinds = [
  "STARTED",
  "SKIPPED",
  "LIMITED",
  "DUPLICATE",
  "DEBOUNCED",
  "OUTDATED",
  "BATCHED",
  "REFUSED",
  "NOT_MATCHED",
  "PENDING",
] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** What one function made of an event. */
export interface EventOutcome {
  function_id: string;
  function_slug: string;
  outcome: OutcomeKind;
  /** What decided it: `rateLimit`, `idempotency`, `debounce`, `batchEvents`, `singleton`, `pause`, `drain`, `trigger`, `eventId`; null: nothing held it. */
  gate: string | null;
  /** The evaluated key of the gate; null: none. */
  key: string | null;
  /** The numbers of the gate's rule as they were then: `limit`, `periodMs`, `timeoutMs`, `maxSize`; null: none are known. */
  rule: Record<string, unknown> | null;
  /** When it was decided; null: not yet. */
  at: string | null;
  /** When a debounce or batch is over at the latest, or a limit lets the next one through. */
  until: string | null;
  /** The run that came of it, or that stands for it. */
  run_id: string | null;
  /** All of it in words. */
  message: string;
}

const limitSchema: z.ZodType<WaitingLimit> = z.object({
  limit: z.number(),
  used: z.number().nullable(),
  period_ms: z.number().nullable(),
  key_expression: z.string().nullable(),
  key: z.string().nullable(),
  scope: z.enum(["fn", "env", "account"]),
  counts: z.enum(["step", "run", "start"]),
  holders: z.array(z.object({ run_id: z.string(), since: z.string() })),
});

export const waitingReasonSchema: z.ZodType<WaitingReason> = z.object({
  gate: z.enum(waitingGates),
  step: z.string().nullable(),
  message: z.string(),
  until: z.string().nullable(),
  until_is: z.enum(["exact", "earliest", "latest"]).nullable(),
  limit: limitSchema.exactOptional(),
  ahead: z.number().exactOptional(),
  retry: z
    .object({ attempt: z.number(), max_attempts: z.number(), error: z.string().nullable() })
    .exactOptional(),
  awaits: z.object({ name: z.string(), expression: z.string().nullable() }).exactOptional(),
  invoked: z
    .object({
      function_id: z.string(),
      event_id: z.string().nullable(),
      run_id: z.string().nullable(),
      waiting: z.lazy(() => z.array(waitingReasonSchema)),
    })
    .exactOptional(),
});

export const eventOutcomeSchema: z.ZodType<EventOutcome> = z.object({
  function_id: z.string(),
  function_slug: z.string(),
  outcome: z.enum(outcomeKinds),
  gate: z.string().nullable(),
  key: z.string().nullable(),
  rule: z.record(z.string(), z.unknown()).nullable(),
  at: z.string().nullable(),
  until: z.string().nullable(),
  run_id: z.string().nullable(),
  message: z.string(),
});
