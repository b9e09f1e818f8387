/** Ops that a result comes to from elsewhere: waits, invokes, and requests that the server makes (wire.md §5.4). */
import type { GatewayRequest, Json, JsonObject, Op } from "@stepwell/core";
import { isObject } from "./json.ts";

type OpBase = Pick<Op, "id" | "displayName" | "userland">;

export function readWaitForEvent(item: JsonObject, base: OpBase): Op {
  const opts = optsOf(item);
  const condition = textOf(opts.if);
  return {
    ...base,
    op: "WaitForEvent",
    event: textOf(item.name),
    timeout: textOf(opts.timeout),
    if: condition.trim() === "" ? null : condition,
    race: isRace(item),
  };
}

export function readWaitForSignal(item: JsonObject, base: OpBase): Op {
  const opts = optsOf(item);
  return {
    ...base,
    op: "WaitForSignal",
    signal: textOf(opts.signal) || textOf(item.name),
    timeout: textOf(opts.timeout),
    replace: opts.conflict === "replace",
    race: isRace(item),
  };
}

export function readInvoke(item: JsonObject, base: OpBase): Op {
  const opts = optsOf(item);
  return {
    ...base,
    op: "InvokeFunction",
    function: textOf(opts.function_id),
    payload: payloadOf(opts.payload),
    timeout: textOf(opts.timeout),
    race: isRace(item),
  };
}

/** What the child's event gets; anything else of the payload is the SDK's business. */
function payloadOf(value: Json | undefined): Extract<Op, { op: "InvokeFunction" }>["payload"] {
  const payload = isObject(value) ? value : {};
  const { data, user, v, meta } = payload;
  return {
    data: isObject(data) ? data : {},
    ...(isObject(user) ? { user } : {}),
    ...(typeof v === "string" ? { v } : {}),
    ...(isObject(meta) ? { meta } : {}),
  };
}

/** `step.fetch`: the request as user code made it. */
export function readGateway(item: JsonObject, base: OpBase): Op {
  const opts = optsOf(item);
  const request: GatewayRequest = {
    method: (textOf(opts.method) || "GET").toUpperCase(),
    url: textOf(opts.url),
    headers: headersOf(opts.headers),
    body: typeof opts.body === "string" ? opts.body : null,
  };
  return { ...base, op: "Gateway", request, race: isRace(item) };
}

/** `step.ai.infer`: a JSON POST, authorised in the way of its provider (wire.md §5.4). */
export function readAiGateway(item: JsonObject, base: OpBase): Op {
  const opts = optsOf(item);
  const headers = {
    "content-type": "application/json",
    ...headersOf(opts.headers),
    ...authorization(textOf(opts.format), textOf(opts.auth_key)),
  };
  const request: GatewayRequest = {
    method: "POST",
    url: textOf(opts.url),
    headers,
    body: JSON.stringify(opts.body ?? {}),
  };
  return { ...base, op: "AIGateway", request, race: isRace(item) };
}

function authorization(format: string, key: string): { [name: string]: string } {
  if (key === "" || format === "azure-openai" || format === "gemini") return {};
  return format === "anthropic" ? { "x-api-key": key } : { authorization: `Bearer ${key}` };
}

/** Names in lower case, so that none is sent twice. */
function headersOf(value: Json | undefined): { [name: string]: string } {
  const headers: { [name: string]: string } = {};
  if (!isObject(value)) return headers;
  for (const [name, content] of Object.entries(value))
    if (typeof content === "string" || typeof content === "number")
      headers[name.toLowerCase()] = String(content);
  return headers;
}

export function optsOf(item: JsonObject): JsonObject {
  return isObject(item.opts) ? item.opts : {};
}

export function isRace(item: JsonObject): boolean {
  return optsOf(item).parallelMode === "race";
}

/** The arguments of a step, when there are any. */
export function inputOf(item: JsonObject): { input?: Json[] } {
  const { input } = optsOf(item);
  return Array.isArray(input) && input.length > 0 ? { input } : {};
}

export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
