/** A small typed client of the public API: what the command line and scripts talk to a server with. */
import type { z } from "zod";
import { type FunctionState, functionStateSchema } from "./functions.ts";
import { type Schedule, scheduleSchema, type Tick, tickSchema } from "./schedules.ts";
import {
  type SendAnswer,
  sendAnswerSchema,
  type V1Answer,
  type V1Event,
  type V1Run,
  v1Answer,
  v1EventSchema,
  v1RunSchema,
} from "./v1.ts";
import {
  type FunctionRun,
  functionRunSchema,
  type Trace,
  traceSchema,
  type V2Answer,
  v2Answer,
} from "./v2.ts";

/** The server refused. `code` is one of docs/errors.md, when the server said one. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string | null;
  constructor(status: number, code: string | null, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
  }
}

/** Nobody answered, or what answered is no Stepwell. */
export class UnreachableError extends Error {
  readonly url: string;
  constructor(url: string, why: string, options?: ErrorOptions) {
    super(`no Stepwell answers at ${url}: ${why}`, options);
    this.name = "UnreachableError";
    this.url = url;
  }
}

export interface ClientOptions {
  url: string;
  /** Raw or hashed; sent as bearer. Not needed by a dev server. */
  signingKey?: string;
  /** Per request. Default 30 s. */
  timeoutMs?: number;
}

export interface OutgoingEvent {
  name: string;
  data?: object;
  id?: string;
  ts?: number;
  user?: object;
}

export interface RunQuery {
  status?: string[];
  functionId?: string[];
  appId?: string[];
  from?: string;
  until?: string;
  timeField?: "QUEUED_AT" | "STARTED_AT" | "ENDED_AT";
  /** CEL over `event`, `output` and `error`, one expression per line. */
  query?: string;
  includeTotal?: boolean;
  order?: "ASC" | "DESC";
  cursor?: string;
  limit?: number;
}

export interface EventQuery {
  name?: string[];
  received_after?: string;
  received_before?: string;
  include_internal?: boolean;
  /** CEL over `event`, one expression per line. */
  query?: string;
  cursor?: string;
  limit?: number;
}

export interface PageQuery {
  cursor?: string;
  limit?: number;
}

export interface TickQuery extends PageQuery {
  outcome?: "missed";
}

export interface Client {
  readonly url: string;
  /** Resolves once the events are durable. */
  send(eventKey: string, events: OutgoingEvent[]): Promise<SendAnswer>;
  /** With `outcomes`: what became of it, function by function. */
  event(id: string): Promise<V1Event>;
  /** Newest first. */
  events(query?: EventQuery): Promise<V1Answer<V1Event[]>>;
  eventRuns(id: string): Promise<V1Run[]>;
  runs(query?: RunQuery): Promise<V2Answer<FunctionRun[]>>;
  run(id: string): Promise<FunctionRun>;
  trace(id: string): Promise<Trace>;
  /** A run with its output and what it waits for. */
  waiting(id: string): Promise<V1Run>;
  cancel(id: string): Promise<void>;
  /** New runs are skipped, and old ones make no further calls. `named`: slug or id of the function. */
  pause(named: string): Promise<FunctionState>;
  /** The function is as it was before `pause` or `drain`. */
  resume(named: string): Promise<FunctionState>;
  /** New runs are skipped, and old ones go on to their end. */
  drain(named: string): Promise<FunctionState>;
  /** Cron triggers of active functions, with their last, next and missed ticks. */
  schedules(query?: PageQuery): Promise<V2Answer<Schedule[]>>;
  /** The ticks of a schedule that are over, newest first. */
  ticks(scheduleId: string, query?: TickQuery): Promise<V2Answer<Tick[]>>;
}

/**
 * Makes a client.
 * @example const { data } = await createClient({ url: "http://127.0.0.1:8288" }).runs({ limit: 5 });
 */
export function createClient(options: ClientOptions): Client {
  const base = options.url.replace(/\/+$/, "");
  const ask = async <T>(schema: z.ZodType<T>, path: string, init: RequestInit = {}): Promise<T> => {
    const text = await request(base, path, init, options);
    const parsed = schema.safeParse(parse(base, text));
    if (!parsed.success) throw new UnreachableError(base, `the answer to ${path} has an unknown shape`);
    return parsed.data;
  };
  const v1 = async <T>(schema: z.ZodType<T>, path: string): Promise<T> =>
    (await ask<V1Answer<T>>(v1Answer(schema), path)).data;
  const setMode = async (named: string, verb: string): Promise<FunctionState> => {
    const path = `/v2/functions/${encodeURIComponent(named)}/${verb}`;
    return (await ask(v2Answer(functionStateSchema), path, { method: "POST" })).data;
  };
  return {
    url: base,
    send: (eventKey, events) =>
      ask(sendAnswerSchema, `/e/${encodeURIComponent(eventKey)}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(events),
      }),
    event: (id) => v1(v1EventSchema, `/v1/events/${encodeURIComponent(id)}`),
    events: (query = {}) => ask(v1Answer(v1EventSchema.array()), `/v1/events${queryText(query)}`),
    eventRuns: (id) => v1(v1RunSchema.array(), `/v1/events/${encodeURIComponent(id)}/runs`),
    runs: (query = {}) => ask(v2Answer(functionRunSchema.array()), `/v2/runs${queryText(query)}`),
    run: async (id) =>
      (await ask(v2Answer(functionRunSchema), `/v2/runs/${encodeURIComponent(id)}?includeOutput=true`)).data,
    trace: async (id) =>
      (await ask(v2Answer(traceSchema), `/v2/runs/${encodeURIComponent(id)}/trace?includeOutput=true`)).data,
    waiting: (id) => v1(v1RunSchema, `/v1/runs/${encodeURIComponent(id)}`),
    cancel: async (id) => {
      await request(base, `/v1/runs/${encodeURIComponent(id)}`, { method: "DELETE" }, options);
    },
    pause: (named) => setMode(named, "pause"),
    resume: (named) => setMode(named, "resume"),
    drain: (named) => setMode(named, "drain"),
    schedules: (query = {}) => ask(v2Answer(scheduleSchema.array()), `/v2/schedules${queryText(query)}`),
    ticks: (id, query = {}) =>
      ask(v2Answer(tickSchema.array()), `/v2/schedules/${encodeURIComponent(id)}/ticks${queryText(query)}`),
  };
}

async function request(
  base: string,
  path: string,
  init: RequestInit,
  options: ClientOptions,
): Promise<string> {
  const headers = new Headers(init.headers);
  if (options.signingKey !== undefined) headers.set("authorization", `Bearer ${options.signingKey}`);
  const signal = AbortSignal.timeout(options.timeoutMs ?? 30_000);
  let response: Response;
  let text: string;
  try {
    response = await fetch(base + path, { ...init, headers, signal });
    text = await response.text();
  } catch (cause) {
    throw new UnreachableError(base, reason(cause), { cause });
  }
  if (response.ok) return text;
  throw refusal(response.status, text);
}

/** What the server said, as an error. */
export function refusal(status: number, text: string): ApiError {
  const body = tryParse(text) as {
    error?: unknown;
    code?: unknown;
    errors?: { code?: unknown; message?: unknown }[];
  } | null;
  const first = Array.isArray(body?.errors) ? body.errors[0] : undefined;
  const message = first?.message ?? body?.error;
  const code = first?.code ?? body?.code;
  return new ApiError(
    status,
    typeof code === "string" ? code : null,
    typeof message === "string" ? message : `the server answered HTTP ${status}`,
  );
}

function parse(base: string, text: string): unknown {
  const value = tryParse(text);
  if (value === null) throw new UnreachableError(base, "the answer is not JSON");
  return value;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Why no answer came, in a few words. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: unknown; message?: unknown } | undefined;
  if (error.name === "TimeoutError") return "no answer in time";
  if (cause?.code === "ECONNREFUSED") return "the connection was refused";
  return String(cause?.message ?? error.message);
}

function queryText(query: RunQuery | TickQuery): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) params.append(key, String(item));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}
