/** The transport of a world: its apps are called as functions, in this process. */
import type { CallFailure, CallRequest, CallResponse, Transport } from "@stepwell/engine";
import { answerAsked, answerPlanned, asPlan, idsOf, opsOf, ranAnyway } from "./answers.ts";
import { type AppCall, runInCall } from "./app-call.ts";
import type { Rules } from "./rules.ts";

const CLOCK_HEADER = "x-stepwell-clock-offset-ms";

/** Stands between engine and app: may call the app more than once, or lose what it answers. */
export type Deliver = (
  call: AppCall,
  deliver: () => Promise<CallResponse>,
) => Promise<CallResponse | CallFailure>;

export interface InProcessOptions {
  /** Whose calls these are, for `currentCall`. */
  world: object;
  /** The apps. */
  handle: (request: Request) => Promise<Response>;
  rules: Rules;
  /** The clock of the world against the machine's, in milliseconds. */
  offsetMs: () => number;
  /** Cuts the app's id off a slug. */
  functionId: (slug: string) => string;
  /** Answers requests of `step.fetch` and `step.ai.infer`; null: they are refused. */
  fetch: typeof fetch | null;
  deliver: Deliver;
  /** Told of what the test must hear of, whatever becomes of the run. */
  complain: (message: string) => void;
  /** Plan each step always, not only where a rule needs it. */
  planAlways: boolean;
}
export interface InProcess extends Transport {
  /** Calls that apps are working on. */
  inFlight(): AppCall[];
}

export function createInProcess(options: InProcessOptions): InProcess {
  const { rules, world } = options;
  const inFlight = new Set<AppCall>();
  /** run and hash → the op as it was planned. */
  const planned = new Map<string, ReturnType<typeof opsOf>[number]>();
  /** host → what each answer of its SDK says of itself. */
  const sdkHeaders = new Map<string, Record<string, string>>();

  async function callApp(request: CallRequest, call: AppCall): Promise<CallResponse> {
    const { method, url, body } = request;
    const offset = options.offsetMs();
    const { host } = new URL(url);
    const headers = { ...request.headers, host, ...(offset > 0 ? { [CLOCK_HEADER]: String(offset) } : {}) };
    const plan = (rules.any() || options.planAlways) && call.step === null && method === "POST";
    const text = plan ? asPlan(body) : body;
    const response = await runInCall(world, call, () =>
      options.handle(new Request(url, { method, headers, body: text })),
    );
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
      url,
    };
  }

  async function answerCall(request: CallRequest, call: AppCall): Promise<CallResponse> {
    const op = call.step === null ? undefined : planned.get(`${call.runId} ${call.step.hash}`);
    const headers = sdkHeaders.get(new URL(request.url).host) ?? {};
    const instead =
      op === undefined ? null : runInCall(world, call, () => answerPlanned(rules, call, op, headers));
    if (instead !== null) return instead;
    const response = await callApp(request, call);
    for (const found of opsOf(response))
      if (found.op === "StepPlanned") planned.set(`${call.runId} ${found.id}`, found);
    const ran = ranAnyway(rules, call, response);
    if (ran !== null)
      options.complain(
        `Step "${ran}" is mocked, but its code ran: a bug of stepwell/test, please report it.`,
      );
    return rules.any() ? runInCall(world, call, () => answerAsked(rules, call, response)) : response;
  }

  return {
    async send(request) {
      const call = readCall(request, options, planned);
      if (call === null) return failing(() => fetchOutside(request, options));
      if (request.method !== "POST") {
        const response = await callApp(request, call);
        const sdk = response.headers["x-inngest-sdk"];
        if (sdk !== undefined) sdkHeaders.set(new URL(request.url).host, { "x-inngest-sdk": sdk });
        return response;
      }
      inFlight.add(call);
      const response = await failing(() => options.deliver(call, () => answerCall(request, call)));
      inFlight.delete(call);
      return response;
    },
    async close() {},
    inFlight: () => [...inFlight],
  };
}

async function failing(send: () => Promise<CallResponse | CallFailure>): Promise<CallResponse | CallFailure> {
  try {
    return await send();
  } catch (error) {
    return { failure: "network", message: error instanceof Error ? error.message : String(error) };
  }
}

/** Only the engine's own requests to an app carry this header. */
function readCall(
  { headers, url, method, body }: CallRequest,
  { functionId }: Pick<InProcessOptions, "functionId">,
  planned: ReadonlyMap<string, { id: string; userland?: { id: string; index?: number } }>,
): AppCall | null {
  if (headers["x-inngest-server-kind"] === undefined) return null;
  if (method !== "POST") return { runId: "", functionId: "", step: null, attempt: 0, maxAttempts: 1 };
  const query = new URL(url).searchParams;
  const { ctx } = JSON.parse(body) as { ctx: { run_id: string; attempt: number; max_attempts: number } };
  const hash = query.get("stepId") ?? "step";
  const op = planned.get(`${ctx.run_id} ${hash}`);
  return {
    runId: ctx.run_id,
    functionId: functionId(query.get("fnId") ?? ""),
    step: hash === "step" ? null : { hash, id: op === undefined ? hash : (idsOf(op)[0] ?? hash) },
    attempt: ctx.attempt,
    maxAttempts: ctx.max_attempts,
  };
}

/** What the server does for `step.fetch` and `step.ai.infer`; a test makes no requests by itself. */
async function fetchOutside(
  request: CallRequest,
  { fetch, complain }: Pick<InProcessOptions, "fetch" | "complain">,
): Promise<CallResponse | CallFailure> {
  const { method, url, headers, body } = request;
  if (fetch === null) {
    complain(
      `A step asks for ${method} ${new URL(url).host}, and a test makes no requests by itself. Mock the step (world.mock), or answer the request (createWorld({ fetch })).`,
    );
    return { failure: "forbidden", message: "no requests from a test" };
  }
  const response = await fetch(new Request(url, { method, headers, ...(method === "GET" ? {} : { body }) }));
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), body: text, url };
}
