/** A new run of what ran before: with the same events, from the start or from one of its steps (semantics §8.2). */
import {
  type Candidate,
  gateKeys,
  inputName,
  type Json,
  type JsonObject,
  type Rerun,
  type RunRow,
  type StepHash,
  StepwellError,
} from "@stepwell/core";
import type { CallContext } from "@stepwell/store";
import { admitAll } from "./admit-all.ts";
import type { Along } from "./along.ts";
import type { Context } from "./context.ts";
import { asWire } from "./wire-events.ts";

export interface RerunFrom {
  /** The hash, or the step's own id where only one step has it. */
  stepId: string;
  /** Replaces the step's arguments. */
  input?: Json[];
}

/**
 * @param from where to begin; null: at the start
 * @param along goes into the commit of the new run
 * @returns the new run's id; null: what goes along has called it off
 * @throws StepwellError `not_found` for a run, function or step that is not there, `step_ambiguous`,
 * `input_not_replaceable`
 */
export async function rerun(
  context: Context,
  runId: string,
  from: RerunFrom | null,
  along?: Along,
): Promise<{ runId: string } | null> {
  const found = await context.options.store.read.callContext(runId);
  if (found === null) throw new StepwellError("not_found", "There is no run with this id.");
  const fn = context.registry.fn(found.run.functionId);
  const [first] = found.events;
  if (fn === undefined || fn.archived || first === undefined)
    throw new StepwellError(
      "not_found",
      "The function of this run is no longer in its app, so it cannot run again. Sync the app with the function.",
    );
  const event = asWire(first);
  const candidate: Candidate = {
    fn,
    eventId: found.run.eventId,
    event,
    onceKey: null,
    cron: found.run.cron,
    startAt: null,
    keys: gateKeys(fn, event as unknown as JsonObject, context.now(), "rerun"),
    from: "rerun",
    rerun: await withInputs(context, takenOver(found, from)),
  };
  const [outcome] = await admitAll(context, null, [candidate], () => ({ first: [] }), [], along);
  if (outcome === undefined) return null;
  if ("runId" in outcome) return { runId: outcome.runId };
  throw new Error("invariant: a rerun is neither limited nor put off");
}

function takenOver(found: CallContext, from: RerunFrom | null): Rerun {
  const whole = { originalRunId: found.run.id, eventIds: found.run.eventIds };
  if (from === null) return { ...whole, steps: [], target: null };
  const chosen = chosenStep(found, from.stepId);
  const steps = found.steps.filter(({ row }) => row.ord < chosen.ord);
  const callable = chosen.op === "StepRun" || chosen.op === "SendEvent";
  if (from.input !== undefined && chosen.op === "AIGateway")
    return { ...whole, steps, target: null, replacedBody: { step: chosen.id, body: from.input[0] ?? null } };
  if (from.input !== undefined && !callable)
    throw new StepwellError(
      "input_not_replaceable",
      `Step ${JSON.stringify(chosen.name)} takes no arguments that could be replaced. Only steps that run code in the app do.`,
    );
  if (!callable) return { ...whole, steps, target: null };
  const { id, name, userlandId, userlandIndex } = chosen;
  const userland =
    userlandId === null
      ? null
      : { id: userlandId, ...(userlandIndex === null ? {} : { index: userlandIndex }) };
  const input = from.input === undefined ? {} : { input: from.input };
  return { ...whole, steps, target: { id, name, displayName: name, userland, ...input } };
}

/** The arguments of the steps that are taken over, to be shown in the new run as in the old one. */
async function withInputs(context: Context, rerun: Rerun): Promise<Rerun> {
  const { read } = context.options.store;
  const steps = rerun.steps.map(async (step) => {
    const input = await read.payload(rerun.originalRunId, inputName(step.row.id));
    return input === null ? step : { ...step, input };
  });
  return { ...rerun, steps: await Promise.all(steps) };
}

interface Chosen {
  id: StepHash;
  ord: number;
  op: string;
  name: string;
  userlandId: string | null;
  userlandIndex: number | null;
}

/** A step with a result, or one that was open when the run ended: it comes after all that have one. */
function chosenStep({ run, steps }: CallContext, stepId: string): Chosen {
  const rows = steps.map(({ row }) => row);
  const byHash = rows.find((row) => row.id === stepId);
  if (byHash !== undefined) return byHash;
  const named = rows.filter((row) => row.userlandId === stepId || row.name === stepId);
  const [one] = named;
  if (one !== undefined && named.length === 1) return one;
  throw named.length === 0 ? noStep(run, stepId) : ambiguous(stepId, named.length);
}

function noStep(run: RunRow, stepId: string): StepwellError {
  return new StepwellError(
    "not_found",
    `Run ${run.id} has no step ${JSON.stringify(stepId.slice(0, 200))} with a result. Take a stepId of GET /v2/runs/${run.id}/trace.`,
  );
}

function ambiguous(stepId: string, count: number): StepwellError {
  return new StepwellError(
    "step_ambiguous",
    `${count} steps of the run are called ${JSON.stringify(stepId.slice(0, 200))}. Name the one you mean by its hash, the last part of its span's id in the trace.`,
  );
}
