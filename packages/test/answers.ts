/**
 * Mocks and failures, done where the engine meets the app. While a world has any, each call asks the SDK
 * to plan its steps instead of running them (what the engine itself does in parallel groups), so each step
 * gets a call of its own, and that call can be answered in the app's place. Steps that the app does not
 * run but asks for (sleeps, waits, invokes, requests) are answered in the list that asks for them.
 * The functions, the client and the engine are the real ones.
 */
import type { Json, JsonObject } from "@stepwell/core";
import type { CallResponse } from "@stepwell/engine";
import type { AppCall } from "./app-call.ts";
import type { Rules } from "./rules.ts";

/** An op of an answer as the SDK wrote it. */
interface WireOp {
  op: string;
  id: string;
  userland?: { id: string; index?: number };
  displayName?: string;
  opts?: { input?: Json[]; [option: string]: unknown };
  [field: string]: unknown;
}

/** The ids by which a test may name a step: as it was written, and with its place among equal ones. */
export function idsOf(op: Pick<WireOp, "id" | "userland" | "displayName">): string[] {
  const { userland } = op;
  if (userland === undefined) return [op.displayName ?? op.id];
  const index = userland.index ?? 0;
  return index === 0 ? [userland.id, `${userland.id}:0`] : [`${userland.id}:${index}`, userland.id];
}

/** The ops of an answer; empty when it has none. */
export function opsOf(response: CallResponse): WireOp[] {
  if (response.status !== 206) return [];
  const body: unknown = JSON.parse(response.body);
  return (Array.isArray(body) ? body : [body]) as WireOp[];
}

/** Makes the call ask for a plan: one step for each call, no checkpoints. */
export function asPlan(body: string): string {
  const call = JSON.parse(body) as { ctx: JsonObject };
  const { fn_id, qi_id, ...ctx } = call.ctx;
  return JSON.stringify({ ...call, ctx: { ...ctx, disable_immediate_execution: true } });
}

/** The answer in place of a planned step's own; null: its own code runs. */
export function answerPlanned(
  rules: Rules,
  call: AppCall,
  planned: WireOp,
  headers: Record<string, string>,
): Promise<CallResponse> | null {
  const outcome = rules.outcome(call, idsOf(planned), call.attempt, planned.opts?.input ?? []);
  if (outcome === null) return null;
  return outcome.then((known) => {
    if ("data" in known) return answer([{ ...planned, op: "StepRun", data: known.data }], headers);
    const { error, advice, final } = wireError(known.error);
    const op = final ? "StepFailed" : "StepError";
    return answer([{ ...planned, op, data: null, error }], { ...headers, ...advice });
  });
}

/** Puts results in the place of ops that ask the server for something and are mocked. */
export async function answerAsked(
  rules: Rules,
  call: AppCall,
  response: CallResponse,
): Promise<CallResponse> {
  let changed = false;
  const ops = await Promise.all(
    opsOf(response).map(async (op): Promise<WireOp> => {
      if (!ASKS.has(op.op)) return op;
      const outcome = rules.outcome(call, idsOf(op), call.attempt, op.opts?.input ?? []);
      if (outcome === null) return op;
      changed = true;
      const known = await outcome;
      const { name, opts, ...rest } = op;
      return "data" in known
        ? { ...rest, op: "StepRun", data: asResult(op, known.data) }
        : { ...rest, op: "StepFailed", data: null, error: wireError(known.error).error };
    }),
  );
  return changed ? { ...response, body: JSON.stringify(ops) } : response;
}

/** A mock gives what the test is about; the SDK wants whole events, signals and responses. */
function asResult({ op, name, opts }: WireOp, data: Json): Json {
  const given = data !== null && typeof data === "object" && !Array.isArray(data) ? data : null;
  switch (op) {
    case "WaitForEvent":
      return given === null ? data : { name: String(name), data: {}, id: "mocked", ts: 0, ...given };
    case "WaitForSignal":
      return data === null || (given !== null && "signal" in given)
        ? data
        : { signal: String(opts?.["signal"]), data };
    case "Gateway": {
      if (given !== null && "status_code" in given) return given;
      const body = typeof data === "string" ? data : JSON.stringify(data);
      return { url: "", headers: { "content-type": "application/json" }, status_code: 200, body };
    }
    default:
      return data;
  }
}

const ASKS = new Set(["Sleep", "WaitForEvent", "WaitForSignal", "InvokeFunction", "Gateway", "AIGateway"]);

/** Steps whose code ran although they are mocked: then the kit does not keep its word, and says so. */
export function ranAnyway(rules: Rules, call: AppCall, response: CallResponse): string | null {
  // A call of one step is only made where no rule answers it.
  if (call.step !== null) return null;
  const ran = opsOf(response).find(
    (op) => (op.op === "StepRun" || op.op === "StepError") && rules.knows(call, idsOf(op)),
  );
  return ran === undefined ? null : (idsOf(ran)[0] ?? null);
}

function answer(ops: WireOp[], headers: Record<string, string>): CallResponse {
  const type = { "content-type": "application/json", "x-inngest-no-retry": "false" };
  return { status: 206, headers: { ...type, ...headers }, body: JSON.stringify(ops), url: "" };
}

function wireError(thrown: unknown): { error: JsonObject; advice: Record<string, string>; final: boolean } {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack } = error;
  const final = name === "NonRetriableError";
  const wait = "retryAfter" in error && typeof error.retryAfter === "string" ? error.retryAfter : null;
  const advice: Record<string, string> = final ? { "x-inngest-no-retry": "true" } : {};
  if (wait !== null) advice["retry-after"] = wait;
  return {
    error: { name, message, ...(stack === undefined ? {} : { stack }), __serialized: true },
    advice,
    final,
  };
}
