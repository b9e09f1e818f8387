/**
 * Requests that the server makes for a step (`step.fetch`, `step.ai.infer`; semantics §7.7). The wake stays
 * until the answer is stored, so a crash in between makes the request again. Nothing of it is logged:
 * addresses and headers may hold keys.
 */
import {
  type Fetched,
  type GatewayRequest,
  type Json,
  type RetryAdvice,
  requestName,
  type WakeJob,
  type WakeRow,
} from "@stepwell/core";
import type { Context } from "./context.ts";
import type { CallFailure, CallResponse } from "./engine-port.ts";
import { settleInput } from "./settle.ts";
import { untilStored } from "./until-stored.ts";

/** What a step may return (semantics §7.1). */
const MAX_RESULT_BYTES = 4 * 1024 * 1024;
/** An error keeps the beginning of what a provider answered. */
const KEPT_CHARACTERS = 8192;

/** Makes the request of a due `fetch` wake and stores what came of it. */
export async function fetchFor(
  context: Context,
  wake: WakeRow,
  job: Extract<WakeJob, { kind: "fetch" }>,
): Promise<void> {
  const { runId } = wake;
  if (runId === null) return;
  const { step, attempt } = job;
  // Taken away with the step's result and at the run's end: then settling only takes the wake away.
  const kept = await context.options.store.read.payload(runId, requestName(step));
  const request = kept as unknown as (GatewayRequest & { ai: boolean }) | null;
  const fetched = request === null ? gone() : await send(context, request, request.ai);
  if ("error" in fetched && context.hasLeft()) return;
  // The answer may have cost money: it is not asked for again because the store cannot take it just now.
  await untilStored(context, () =>
    settleInput(context, runId, { is: "fetched", wakeId: wake.id, step, attempt, fetched }),
  );
}

function gone(): Fetched {
  return { error: { name: "GatewayError", message: "the request is gone" }, retry: { is: "never" } };
}

async function send(context: Context, request: GatewayRequest, isAi: boolean): Promise<Fetched> {
  const { method, url, headers, body } = request;
  const { transport, requestTimeoutMs } = context.options;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return failed(isAi, "the address is not an http or https URL", { is: "never" });
  const response = await transport.send(
    { method, url, headers, body: body ?? "" },
    { timeoutMs: requestTimeoutMs, maxBytes: MAX_RESULT_BYTES, asFetch: true },
  );
  if ("failure" in response) return transportFailed(isAi, response);
  return isAi ? provided(response) : { data: responseData(response) };
}

/** Any status is a success: user code looks at it (ST-20). */
function responseData({ url, headers, status, body }: CallResponse): Json {
  return { url, headers, status_code: status, body };
}

/** The provider's JSON, or a failure for every other status (ST-21). */
function provided({ status, body }: CallResponse): Fetched {
  const json = parsed(body);
  if (status >= 200 && status < 300 && json !== undefined) return { data: json };
  const why =
    json === undefined && status < 300 ? "answered something that is not JSON" : `answered HTTP ${status}`;
  const data = json ?? body.slice(0, KEPT_CHARACTERS);
  const message = `the provider ${why}`;
  return {
    error: { name: "AIGatewayError", message, data, stack: `AIGatewayError: ${message}` },
    retry: { is: "default" },
  };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function transportFailed(isAi: boolean, { failure }: CallFailure): Fetched {
  const why = {
    network: "the connection failed",
    timeout: "no answer came in time",
    too_large: "the answer is over 4 MiB",
    forbidden: "the address may not be called",
  }[failure];
  return failed(isAi, why, failure === "forbidden" ? { is: "never" } : { is: "default" });
}

function failed(isAi: boolean, message: string, retry: RetryAdvice): Fetched {
  const name = isAi ? "AIGatewayError" : "GatewayError";
  return { error: { name, message, stack: `${name}: ${message}` }, retry };
}
