/**
 * The op list of a 206 (wire.md §5.3, §5.4). One unreadable op spoils the whole answer, because
 * half an answer would strand the run; an op-code nobody knows is skipped and named.
 */
import type { ErrorJson, Json, JsonObject, Op } from "@stepwell/core";
import { errorOf } from "./answer-errors.ts";
import { isObject, jsonBytes } from "./json.ts";
import {
  inputOf,
  isRace,
  optsOf,
  readAiGateway,
  readGateway,
  readInvoke,
  readWaitForEvent,
  readWaitForSignal,
  textOf,
} from "./ops-that-wait.ts";

/** One step's result or input may be this large (semantics §7.1). */
const MAX_STEP_BYTES: number = 4 * 1024 * 1024;

/** `sha1("complete")`: an error op with this id is the function's own error, not a step's (wire.md §5.4). */
const COMPLETE_ID = "0737c22d3bfae812339732d14d8c7dbd6dc4e09c";

/** `problem`: nothing of the list may be used. `functionError`: the list says the function itself threw. */
export type OpList =
  | { problem: string }
  | { ops: Op[]; unknownOps: string[]; functionError: { error: ErrorJson; final: boolean } | null };

/** Reads the parsed body of a 206: a list of ops, or one op (wire.md §5.1). */
export function readOps(body: Json, bodyBytes: number): OpList {
  const items = Array.isArray(body) ? body : [body];
  const list: OpList = { ops: [], unknownOps: [], functionError: null };
  for (const item of items) {
    if (!isObject(item) || typeof item.op !== "string") return { problem: "it is not a list of step ops" };
    const code = item.op;
    if (!isKnown(code)) {
      list.unknownOps.push(code);
      continue;
    }
    const id = typeof item.id === "string" && item.id !== "" ? item.id : null;
    if (id === null && !ENDS.has(code)) return { problem: `a ${code} op has no id` };
    if (id === "__proto__") return { problem: "a step may not be called __proto__" };
    if (bodyBytes > MAX_STEP_BYTES) {
      const tooLarge = largePart(item, code);
      if (tooLarge !== null)
        return { problem: `the ${tooLarge} of step "${nameOf(item, id)}" is over 4 MiB` };
    }
    if (id === COMPLETE_ID && (code === "StepError" || code === "StepFailed"))
      list.functionError = { error: stepError(item), final: code === "StepFailed" };
    else list.ops.push(readOp(item, code, id ?? COMPLETE_ID));
  }
  return list;
}

/** `Step` is the old name of StepRun; `SyncRunComplete` is only rumoured (wire.md §5.4). */
const ENDS = new Set<string>(["RunComplete", "SyncRunComplete"]);
const READERS: Readonly<Record<string, (item: JsonObject, base: OpBase, code: string) => Op>> = {
  StepRun: readStepRun,
  Step: readStepRun,
  StepPlanned: (item, base) => ({ ...base, op: "StepPlanned", race: isRace(item), ...inputOf(item) }),
  StepError: (item, base) => ({ ...base, op: "StepError", error: stepError(item), ...triedOf(item) }),
  StepFailed: (item, base) => ({ ...base, op: "StepFailed", error: stepError(item), ...triedOf(item) }),
  Sleep: (item, base) => ({ ...base, op: "Sleep", name: textOf(item.name), race: isRace(item) }),
  WaitForEvent: readWaitForEvent,
  WaitForSignal: readWaitForSignal,
  InvokeFunction: readInvoke,
  Gateway: readGateway,
  AIGateway: readAiGateway,
  RunComplete: (item, base) => ({ ...base, op: "RunComplete", data: item.data ?? null }),
  SyncRunComplete: (item, base) => ({ ...base, op: "RunComplete", data: item.data ?? null }),
  DiscoveryRequest: (_item, base) => ({ ...base, op: "DiscoveryRequest" }),
  // Known, but of a later version: such an op ends the run with a clear error instead of being skipped.
  DeferAdd: (_item, base, code) => ({ ...base, op: "unsupported", code }),
  DeferAbort: (_item, base, code) => ({ ...base, op: "unsupported", code }),
};

function isKnown(code: string): boolean {
  return Object.hasOwn(READERS, code);
}

type OpBase = Pick<Op, "id" | "displayName" | "userland">;

function readOp(item: JsonObject, code: string, id: string): Op {
  const base: OpBase = { id, displayName: nameOf(item, id), userland: userlandOf(item.userland) };
  const read = READERS[code];
  if (read === undefined) throw new Error(`invariant: ${code} has been checked to be known`);
  return read(item, base, code);
}

function readStepRun(item: JsonObject, base: OpBase): Op {
  const sends = optsOf(item).type === "step.sendEvent" ? { sends: true as const } : {};
  return { ...base, op: "StepRun", data: item.data ?? null, ...triedOf(item), ...sends };
}

/** A try of a step: its arguments, and how long it took. */
function triedOf(item: JsonObject): { input?: Json[]; durationMs?: number } {
  const durationNs = isObject(item.timing) ? item.timing.b : undefined;
  const isDuration = typeof durationNs === "number" && durationNs >= 0;
  return { ...inputOf(item), ...(isDuration ? { durationMs: durationNs / 1_000_000 } : {}) };
}

/** Python and old SDKs leave `displayName` out (wire.md §5.3). */
function nameOf(item: JsonObject, id: string | null): string {
  for (const name of [item.displayName, item.name]) if (typeof name === "string" && name !== "") return name;
  return id ?? "";
}

function userlandOf(value: Json | undefined): Op["userland"] {
  if (!isObject(value) || typeof value.id !== "string") return null;
  return typeof value.index === "number" ? { id: value.id, index: value.index } : { id: value.id };
}

function stepError(item: JsonObject): ErrorJson {
  return errorOf(item.error ?? item.data, "Unknown error");
}

/** Which part of an op is over the limit of one step; the run's own output is not a step's (semantics §7.1). */
function largePart(item: JsonObject, code: string): "result" | "input" | null {
  const input = isObject(item.opts) ? item.opts.input : undefined;
  if (input !== undefined && jsonBytes(input) > MAX_STEP_BYTES) return "input";
  if (ENDS.has(code)) return null;
  for (const result of [item.data, item.error])
    if (result !== undefined && jsonBytes(result) > MAX_STEP_BYTES) return "result";
  return null;
}
