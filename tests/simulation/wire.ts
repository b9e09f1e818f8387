/** The way between an engine and the fake app: requests that get lost, come late, or come twice. */
import type { CallFailure, CallRequest, CallResponse, Transport } from "@stepwell/engine";
import { type Call, OUTSIDE, type Reply } from "./app.ts";
import type { SimFunction } from "./setup.ts";
import { type AppPorts, work } from "./work.ts";
import { strikes, violated, type World } from "./world.ts";

type Answer = CallResponse | CallFailure;

/** The transport of one engine. When that engine is gone, its requests go on at the app all the same. */
export function createSimTransport(world: World, owner: string, ports: AppPorts): Transport {
  const { scheduler, dice } = world;
  return {
    close: async () => {},
    send: (request, { timeoutMs }) =>
      new Promise((resolve) => {
        let open = true;
        const deliver = (answer: Answer, delayMs: number): void => {
          const arrive = (): void => {
            if (!open) return;
            open = false;
            cancelTimeout();
            resolve(answer);
          };
          if (delayMs > 0) scheduler.later(scheduler.now() + delayMs, owner, "answer", arrive);
          else scheduler.soon(owner, "answer", arrive);
        };
        const cancelTimeout = scheduler.later(scheduler.now() + timeoutMs, owner, "request timeout", () => {
          if (!open) return;
          open = false;
          if (!request.url.startsWith(OUTSIDE)) world.disturbed.add(readCall(request).runId);
          resolve({ failure: "timeout", message: "the simulated request took too long" });
        });
        if (request.url.startsWith(OUTSIDE))
          return scheduler.soon(null, "fetch", () => answerFetch(world, request, deliver));
        scheduler.soon(null, "request", () => arrive(world, request, deliver, ports, dice.roll()));
      }),
  };
}

/** Somebody else's server. */
function answerFetch(
  world: World,
  request: CallRequest,
  deliver: (answer: Answer, delayMs: number) => void,
): void {
  const { pathname, searchParams } = new URL(request.url);
  const status = Number(searchParams.get("status"));
  const place = pathname.slice(1);
  const count = world.fetches.get(place) ?? { asked: 0, failed: 0 };
  world.fetches.set(place, count);
  count.asked += 1;
  const delayMs = world.dice.pick([0, 0, 200, 60_000]);
  if (status === 0 || strikes(world, world.setup.faults.call)) {
    count.failed += 1;
    deliver({ failure: "network", message: "nobody is there" }, delayMs);
  } else deliver({ status, headers: {}, body: `you asked for ${place}`, url: request.url }, delayMs);
}

/** A request reaches the app, or what the network makes of it. */
async function arrive(
  world: World,
  request: CallRequest,
  deliver: (answer: Answer, delayMs: number) => void,
  ports: AppPorts,
  roll: number,
): Promise<void> {
  const { scheduler, dice } = world;
  const call = readCall(request);
  const job = request.headers["x-inngest-job-id"] ?? "";
  const fn = functionOf(world, request);
  checkArrival(world, call, job);
  world.called.add(call.runId);
  const about = `${fn.slug} ${call.runId.slice(-5)} ${call.target?.slice(0, 4) ?? "discovery"} attempt ${call.attempt}${call.die ? " die" : ""}`;
  scheduler.say(`app called: ${about}`);
  const isLast = call.attempt >= call.maxAttempts - 1;
  // A counted failure on the last attempt would change the outcome, so the model could not tell it.
  const fault = !isLast && strikes(world, world.setup.faults.call);
  const slowMs = dice.chance(0.15) ? dice.pick([50, 2000, 90_000]) : 0;
  const answered = (then: (reply: Reply) => void): void => {
    void work({ world, fn, call, job, ports }).then(then);
  };
  if (!fault) {
    answered((reply) => {
      scheduler.say(`app answers ${reply.status}: ${about}`);
      deliver(responseOf(reply, request), slowMs);
    });
    return;
  }
  world.disturbed.add(call.runId);
  scheduler.say(`fault ${Math.floor(roll * 5)} hits the call: ${about}`);
  if (roll < 0.2) deliver({ failure: "network", message: "connection refused" }, slowMs);
  else if (roll < 0.4)
    deliver({ status: 502, headers: {}, body: "<h1>Bad gateway</h1>", url: request.url }, slowMs);
  else if (roll < 0.6) answered(() => deliver({ failure: "network", message: "connection reset" }, slowMs));
  else if (roll < 0.8) {
    const lateMs = dice.pick([60_000, 7_000_000, 8_000_000]);
    answered((reply) => deliver(responseOf(reply, request), lateMs));
  } else for (let n = 0; n < 2; n += 1) answered((reply) => deliver(responseOf(reply, request), 0));
}

/** What an app can see of a wrong engine. */
function checkArrival(world: World, call: Call, job: string): void {
  const { rows } = world.shadow;
  const lease = rows.leases.get(job);
  if (world.invariants.idle.has(job)) violated(world, [`run ${call.runId} had ended when it was called`]);
  if (lease === undefined || lease.freed) return;
  if (world.inFlight.has(job)) violated(world, [`the lease ${job} makes two requests`]);
  const open = Object.keys(rows.runStates.get(call.runId)?.state.open ?? {});
  if (call.target === null && !call.die && open.length > 0)
    violated(world, [
      `run ${call.runId} is re-entered with die false while ${open.length} of its ops are open`,
    ]);
}

/** @throws Error when the engine wrote something that is no call */
function readCall(request: CallRequest): Call {
  const body = JSON.parse(request.body) as {
    version: number;
    event: { ts: number };
    steps: Call["steps"];
    ctx: {
      run_id: string;
      attempt: number;
      max_attempts: number;
      step_id: string;
      disable_immediate_execution: boolean;
      fn_id?: string;
      qi_id?: string;
      stack: { stack: string[] };
    };
  };
  const { ctx } = body;
  const target = new URL(request.url).searchParams.get("stepId");
  return {
    runId: ctx.run_id,
    attempt: ctx.attempt,
    maxAttempts: ctx.max_attempts,
    version: body.version,
    die: ctx.disable_immediate_execution,
    target: target === "step" ? null : target,
    steps: body.steps,
    stack: ctx.stack.stack,
    eventAt: body.event.ts,
    mayCheckpoint: ctx.fn_id !== undefined && ctx.qi_id !== undefined,
    generation: Number(request.headers["x-inngest-generation-id"] ?? 0),
  };
}

function functionOf(world: World, request: CallRequest): SimFunction {
  const slug = new URL(request.url).searchParams.get("fnId");
  const fn = world.setup.functions.find((one) => one.slug === slug);
  if (fn === undefined) throw new Error(`no function ${slug}`);
  return fn;
}

function responseOf(reply: Reply, request: CallRequest): CallResponse {
  return { status: reply.status, headers: reply.headers, body: reply.body, url: request.url };
}
