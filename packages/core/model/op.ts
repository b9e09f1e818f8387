/**
 * What an app answered, after `protocol` has read it: plain data, never thrown through the engine.
 * Ops that this version cannot do arrive as `unsupported` and end the run with a clear error.
 */
import type { StepHash } from "./ids.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Instant } from "./moment.ts";
import type { EndStatus, ErrorJson } from "./run.ts";

interface OpBase {
  id: StepHash;
  /** Name for people: `displayName`, else `name`, else the id. */
  displayName: string;
  /** The id as the user wrote it; `index` only for repeats. */
  userland: { id: string; index?: number } | null;
}
export type Op =
  /** `input`: the arguments of the step, when it has any. `durationMs`: how long the SDK says it took. `sends`: it is `step.sendEvent`. */
  | (OpBase & { op: "StepRun"; data: Json; input?: Json[]; durationMs?: number; sends?: true })
  | (OpBase & { op: "StepPlanned"; race: boolean; input?: Json[] })
  /** `error` is kept whole; the retry facts of the response stand beside the op list. */
  | (OpBase & { op: "StepError" | "StepFailed"; error: ErrorJson; input?: Json[]; durationMs?: number })
  /** `name` is a normalised duration, an ISO date, or empty (wire.md §5.4). */
  | (OpBase & { op: "Sleep"; name: string; race: boolean })
  /** `timeout`: a duration or an ISO date; empty: at once. `if`: CEL over `event` and `async`. */
  | (OpBase & { op: "WaitForEvent"; event: string; timeout: string; if: string | null; race: boolean })
  | (OpBase & { op: "WaitForSignal"; signal: string; timeout: string; replace: boolean; race: boolean })
  /** `function`: a slug or a function id. `payload`: what the child's event gets. */
  | (OpBase & {
      op: "InvokeFunction";
      function: string;
      payload: { data: JsonObject; user?: JsonObject; v?: string; meta?: JsonObject };
      timeout: string;
      race: boolean;
    })
  /** Done by the server. `request` holds secrets: it is for the request only, never shown. */
  | (OpBase & { op: "Gateway" | "AIGateway"; request: GatewayRequest; race: boolean })
  | (OpBase & { op: "RunComplete"; data: Json })
  | (OpBase & { op: "DiscoveryRequest" })
  /** A known op-code that is not built yet. */
  | (OpBase & { op: "unsupported"; code: string });

/** A request the server makes for a step, ready to send (wire.md §5.4). */
export interface GatewayRequest {
  method: string;
  url: string;
  headers: { [name: string]: string };
  /** Null: none. */
  body: string | null;
}

/** What the answer said of retrying. `never`: final. `at`: from Retry-After, already clamped. */
export type RetryAdvice = { is: "default" } | { is: "never" } | { is: "at"; at: Instant };

/** One answer to one call. */
export type Answer =
  | { is: "planned"; ops: Op[]; retry: RetryAdvice; requestVersion: 1 | 2 | null; unknownOps: string[] }
  | { is: "returned"; output: Json; requestVersion: 1 | 2 | null }
  | { is: "broke"; error: ErrorJson; retry: RetryAdvice; requestVersion: 1 | 2 | null; body?: JsonObject };

/** How the child of an invoke ended. */
export interface ChildEnd {
  runId: string;
  /** Its `inngest/function.finished` event. */
  eventId: string;
  status: EndStatus;
  /** `{data}` or `{error}`, as stored. */
  output: Json;
}

/** What came of a gateway request: a result, or an error that may be tried again. */
export type Fetched = { data: Json } | { error: ErrorJson; retry: RetryAdvice };

/** What can happen to a run. */
export type RunInput =
  | { is: "answered"; answer: Answer }
  /** A call that goes on has stored steps (wire.md §7). */
  | { is: "checkpointed"; ops: Op[] }
  /** A later wake is due. */
  | { is: "woke"; wakeId: string }
  /** An event has come that a step waits for: `event` as user code gets it, `eventId` the internal id. */
  | { is: "matched"; step: StepHash; eventId: string; event: JsonObject }
  | { is: "signalled"; step: StepHash; signal: string; data: Json }
  /** The run that a step has invoked is over; `wakeId` told so. */
  | { is: "childEnded"; wakeId: string; step: StepHash; child: ChildEnd }
  /** A request of the server's own is done. */
  | { is: "fetched"; wakeId: string; step: StepHash; attempt: number; fetched: Fetched }
  | { is: "cancelled"; cause: string }
  /** The node that held the lease is gone: the same call again, no attempt counted. */
  | { is: "lost" };
