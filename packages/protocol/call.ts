/**
 * The call: one request that makes an app run a function until it has something to report
 * (wire.md §4). `ctx.fn_id` turns checkpointing on, so it goes only with calls that may use it (§7.1).
 * Optional fields are left out rather than sent as null, which SDKs refuse (§15.2 trap 1).
 */
import type { CallSpec, FunctionConfig, Json, JsonObject, RunRow, RunState, WireEvent } from "@stepwell/core";
import { header, type ServerKind } from "./headers.ts";
import { signRequestBody } from "./signing.ts";

/** A request as plain data; the transport sends it. */
export interface WireRequest {
  method: "POST" | "PUT";
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface CallInput {
  run: Pick<RunRow, "id">;
  state: Pick<RunState, "requestVersion">;
  /** The trigger events; the first one is `event`. */
  events: readonly WireEvent[];
  /** Stored results in their wire encoding (§6.1), in completion order: all of them, or the app hangs (§6.2). */
  steps: readonly { id: string; result: Json }[];
  call: CallSpec;
  config: Pick<FunctionConfig, "url" | "maxAttempts">;
  functionId: string;
  /** Plan new steps instead of running them (§6.3). */
  die: boolean;
  requestId: string;
  jobId: string;
  /** Null: unsigned (dev). */
  signingKey: string | null;
  serverKind: ServerKind;
  unixSeconds: number;
  /** How far the server's clock has been moved, in milliseconds; 0 or left out: it is the machine's. */
  clockOffsetMs?: number;
}

/** Over this, events and results are left out and the app fetches them (§4.4). */
export const MAX_CALL_BYTES: number = 4 * 1024 * 1024;

/** Writes the request for one call. */
export function writeCall(input: CallInput): WireRequest {
  let body = sealed(callBody(input, false), input);
  if (Buffer.byteLength(body.text) > MAX_CALL_BYTES) body = sealed(callBody(input, true), input);
  const { state, call } = input;
  const headers: Record<string, string> = {
    "content-type": "application/json",
    [header.serverKind]: input.serverKind,
    [header.requestId]: input.requestId,
    [header.generationId]: String(call.generation),
    [header.jobId]: input.jobId,
  };
  if (state.requestVersion !== -1) headers[header.requestVersion] = String(state.requestVersion);
  if (input.clockOffsetMs) headers[header.clockOffset] = String(input.clockOffsetMs);
  if (body.signature !== null) headers[header.signature] = body.signature;
  return { method: "POST", url: targetUrl(input.config.url, call.target), headers, body: body.text };
}

/** The registered step URL with `stepId` replaced; every other byte of it stays (§4.1). */
export function targetUrl(registered: string, target: string | null): string {
  const url = new URL(registered);
  const others = url.search
    .slice(1)
    .split("&")
    .filter((pair) => pair !== "" && pair.split("=", 1)[0] !== "stepId");
  url.search = [...others, `stepId=${encodeURIComponent(target ?? "step")}`].join("&");
  return url.href;
}

function callBody(input: CallInput, useApi: boolean): JsonObject {
  const { run, state, events, steps, call, config } = input;
  // Replaced arguments are no result: they have no place in the order of completion.
  const hashes = steps.filter((step) => step.id !== call.target).map((step) => step.id);
  const checkpoints = call.target === null && !input.die;
  return {
    version: state.requestVersion,
    event: asJson(events[0]),
    events: useApi ? [] : events.map(asJson),
    steps: useApi ? {} : Object.fromEntries(steps.map((step) => [step.id, step.result])),
    defers: {},
    use_api: useApi,
    ctx: {
      run_id: run.id,
      ...(checkpoints ? { fn_id: input.functionId, qi_id: input.jobId } : {}),
      attempt: call.attempt,
      max_attempts: config.maxAttempts,
      env: input.serverKind === "dev" ? "dev" : "prod",
      step_id: call.target ?? "step",
      disable_immediate_execution: input.die,
      use_api: useApi,
      stack: { stack: hashes, current: hashes.length },
    },
  };
}

/** `v` and `meta` only when set: user code sees the object as it is (§4.2, W-14). */
function asJson(event: WireEvent | undefined): JsonObject {
  if (event === undefined) throw new Error("invariant: a run has at least one trigger event");
  const { name, data, id, ts, user, v, meta } = event;
  return {
    name,
    data,
    id,
    ts,
    user,
    ...(v === undefined ? {} : { v }),
    ...(meta === undefined ? {} : { meta }),
  };
}

function sealed(body: JsonObject, input: CallInput): { text: string; signature: string | null } {
  if (input.signingKey === null) return { text: JSON.stringify(body), signature: null };
  return signRequestBody(input.signingKey, body, input.unixSeconds);
}
