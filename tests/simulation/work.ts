/** The fake app at work: it runs the code of steps, and checkpoints what it has finished (wire.md §7). */
import type { Json, Op } from "@stepwell/core";
import { answers, type Call, doneOp, type Execution, type Plan, planCall, type Reply } from "./app.ts";
import { hashOf } from "./program.ts";
import type { SimFunction } from "./setup.ts";
import { strikes, violated, type World } from "./world.ts";

/** How the app reaches the server. */
export interface AppPorts {
  /** Sends an event; resolves when it is acknowledged. */
  send(name: string, externalId: string): Promise<void>;
  /** One try; `failed`: no answer, or a refusal of the store. */
  checkpoint(
    runId: string,
    checkpoint: { jobId: string; generation: number | null; ops: Op[]; bytes: number },
  ): Promise<"stored" | "stale" | "unknown" | "failed">;
}
export interface Work {
  world: World;
  fn: SimFunction;
  call: Call;
  job: string;
  ports: AppPorts;
}

/** Works on a call until there is something to answer. */
export async function work(job: Work): Promise<Reply> {
  const { fn, call } = job;
  const checkpoints = fn.manners.bufferedSteps > 0 && call.mayCheckpoint && call.target === null && !call.die;
  if (checkpoints) return workOn(job);
  const plan = planned(job, call);
  if ("execute" in plan) await execute(job, plan);
  return plan.reply;
}

/** Goes on from step to step in one call, as long as there is one lone step to run. */
async function workOn(job: Work): Promise<Reply> {
  const { world, fn } = job;
  const { manners } = fn;
  const buffer: Record<string, Json>[] = [];
  const call = { ...job.call, steps: { ...job.call.steps }, stack: [...job.call.stack] };
  const answer = answers(manners, call);
  // v3 goes on in a call with attempts behind it, so the next step starts with them: how often it runs is open.
  if (manners.sdk === 3 && call.attempt > 0) world.disturbed.add(call.runId);
  for (;;) {
    const plan = planned(job, call);
    if (!("execute" in plan)) return finish(job, plan.reply, buffer);
    await execute(job, plan);
    if (plan.throws) return (await flush(job, buffer)) ?? plan.reply;
    buffer.push(doneOp(plan.execute, plan.before));
    // v4 wants its counter back at 0 before it goes on (§7.5).
    if (manners.sdk === 4 && call.attempt > 0) return answer.json(206, buffer);
    const hash = hashOf(plan.execute.id);
    call.steps[hash] = { type: "data", data: buffer.at(-1)?.["data"] ?? null };
    call.stack.push(hash);
    if (buffer.length >= manners.bufferedSteps) {
      const stopped = await flush(job, buffer);
      if (stopped !== null) return stopped;
    }
    // `maxRuntime` has passed: the next step is planned, not run.
    if (world.dice.chance(0.1)) call.die = true;
  }
}

/** The last answer of such a call: a return comes as an op, with what was not sent yet before it. */
async function finish(job: Work, reply: Reply, buffer: Record<string, Json>[]): Promise<Reply> {
  const answer = answers(job.fn.manners, job.call);
  if (reply.status !== 200) return (await flush(job, buffer)) ?? reply;
  const end = { op: "RunComplete", id: hashOf("complete"), data: JSON.parse(reply.body) as Json };
  return answer.json(206, [...buffer, end]);
}

/** Sends what is in the buffer and empties it; an answer, if the call must end with one. */
async function flush(job: Work, buffer: Record<string, Json>[]): Promise<Reply | null> {
  const { world, fn, call, ports } = job;
  if (buffer.length === 0) return null;
  const answer = answers(fn.manners, call);
  const ops = buffer.map(asOp);
  const generation = fn.manners.sdk === 4 ? call.generation : null;
  // The network may be cut behind the first try: the server has the steps, and the app does not know.
  const isCut = strikes(world, world.setup.faults.call);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const heard = await ports.checkpoint(call.runId, { jobId: job.job, generation, ops, bytes: 100 });
    const said = isCut && (attempt === 0 || world.dice.chance(0.5)) ? "failed" : heard;
    world.scheduler.say(`app checkpoints ${buffer.length} steps of ${call.runId.slice(-5)}: ${said}`);
    if (said === "stored") {
      checkStored(world, call.runId, ops);
      buffer.length = 0;
      return null;
    }
    if (said === "stale" && fn.manners.sdk === 4) return answer.error("a stale dispatch", true);
    await pause(world, 100 * 2 ** attempt);
  }
  // The failure of a step that was tried meanwhile is not told: it runs once more.
  world.disturbed.add(call.runId);
  return answer.json(206, buffer);
}

/** What was said to be stored is there, whatever happens next. */
function checkStored(world: World, runId: string, ops: readonly Op[]): void {
  for (const op of ops)
    if (!world.shadow.rows.steps.has(`${runId}|${op.id}`))
      violated(world, [`step ${op.id} of run ${runId} was checkpointed and is not stored`]);
}

function asOp(op: Record<string, Json>): Op {
  const userland = op["userland"] as { id: string };
  return {
    id: String(op["id"]),
    displayName: userland.id,
    userland,
    op: "StepRun",
    data: op["data"] ?? null,
  };
}

async function execute({ world, call, job, ports }: Work, { execute: leaf }: Execution): Promise<void> {
  const { dice, inFlight } = world;
  const ran = world.bodies.get(call.runId) ?? new Map<string, number>();
  world.bodies.set(call.runId, ran);
  ran.set(leaf.id, (ran.get(leaf.id) ?? 0) + 1);
  inFlight.add(job);
  await pause(world, dice.pick([0, 0, 1, 300, 20_000]));
  if (leaf.do === "send") await ports.send(leaf.event, `${call.runId}:${leaf.id}`);
  inFlight.delete(job);
}

function pause(world: World, ms: number): Promise<void> {
  return new Promise((resolve) => world.scheduler.later(world.scheduler.now() + ms, null, "app", resolve));
}

function planned({ world, fn }: Work, call: Call): Plan {
  try {
    return planCall(fn.program, fn.manners, call);
  } catch (error) {
    violated(world, [String(error)]);
    return { reply: answers(fn.manners, call).error("broken", true) };
  }
}
