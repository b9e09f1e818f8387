/** `step.run` and what is like it: results are stored once and for ever, planned steps get their own request. */
import type { StepHash } from "../../model/ids.ts";
import type { Json } from "../../model/json.ts";
import type { Instant, Moment } from "../../model/moment.ts";
import type { Op } from "../../model/op.ts";
import type { LeaseRow } from "../../model/queue.ts";
import type { OpenOp } from "../../model/run.ts";
import type { About, Draft } from "../effects.ts";
import { inputName, requestName } from "../kept.ts";
import { errorJson } from "../lifecycle.ts";
import type { Outcome } from "./index.ts";
import { open, openOp } from "./open.ts";

interface StepName {
  op: string;
  name: string;
  userland: { id: string; index?: number } | null;
}

export function storeRun(
  draft: Draft,
  op: Extract<Op, { op: "StepRun" }>,
  lease: LeaseRow,
  _about: About,
  moment: Moment,
): Outcome {
  const result = { type: "data", data: op.data };
  keepInput(draft, op);
  const what = op.sends === true ? { ...named(op), op: "SendEvent" } : named(op);
  storeStep(
    draft,
    op.id,
    what,
    result,
    "completed",
    lease.call.attempt + 1,
    moment,
    triedFrom(op, lease, moment),
  );
  return "stored";
}

/** When the step itself began: the call may have gone through others before it. */
export function triedFrom(op: { durationMs?: number }, lease: LeaseRow, { now }: Moment): Instant {
  return op.durationMs === undefined ? lease.at : Math.max(lease.at, now - Math.round(op.durationMs));
}

/** The step has failed for good: its error is its result, and user code may catch it (semantics §2.4). */
export function storeFailed(
  draft: Draft,
  op: Extract<Op, { op: "StepError" | "StepFailed" }>,
  lease: LeaseRow,
  _about: About,
  moment: Moment,
): Outcome {
  const result = { type: "error", error: errorJson(op.error) };
  keepInput(draft, op);
  storeStep(
    draft,
    op.id,
    { ...named(op), op: "StepRun" },
    result,
    "failed",
    lease.call.attempt + 1,
    moment,
    triedFrom(op, lease, moment),
  );
  return "stored";
}

export function openPlanned(
  draft: Draft,
  op: Extract<Op, { op: "StepPlanned" }>,
  _lease: LeaseRow,
  _about: About,
  moment: Moment,
): Outcome {
  const { state } = draft;
  open(draft, op, { op: "StepPlanned", name: op.displayName }, moment);
  keepInput(draft, op);
  draft.effects.push({ do: "note", kind: "step.planned", step: op.id, data: { name: op.displayName } });
  draft.effects.push({
    do: "call",
    call: { target: op.id, attempt: 0, generation: 1 },
    dueAt: null,
    score: state.score,
  });
  return "opened";
}

function keepInput(draft: Draft, op: { id: StepHash; input?: Json[] }): void {
  if (op.input !== undefined && op.input.length > 0)
    draft.effects.push({ do: "keep", name: inputName(op.id), value: op.input });
}

/** Stores a result, unless there is one: the first is the result for ever (semantics §1.5). */
export function storeStep(
  draft: Draft,
  id: StepHash,
  what: StepName,
  result: Json,
  status: "completed" | "failed",
  attempts: number,
  moment: Moment,
  startedAt: number | null = null,
): void {
  const { state, seen } = draft;
  const was = close(draft, id);
  if (seen.steps.has(id) || draft.effects.some((e) => e.do === "storeStep" && e.step.id === id)) return;
  draft.effects.push({
    do: "storeStep",
    result,
    step: {
      runId: seen.run.id,
      id,
      ord: state.stored,
      op: what.op,
      name: what.name,
      userlandId: what.userland?.id ?? null,
      userlandIndex: what.userland?.index ?? null,
      status,
      attempts,
      queuedAt: was?.since ?? startedAt ?? moment.now,
      startedAt: startedAt ?? was?.since ?? null,
      endedAt: moment.now,
    },
  });
  state.stored += 1;
  state.bytes += JSON.stringify(result).length;
}

/** The op waits no longer: what waited for it goes, whoever brings the result. */
function close(draft: Draft, id: StepHash): OpenOp | undefined {
  const was = openOp(draft, id);
  if (was === undefined) return undefined;
  delete draft.state.open[id];
  for (const waitId of was.waits ?? []) draft.effects.push({ do: "dropWait", waitId });
  if (was.op === "Gateway" || was.op === "AIGateway")
    draft.effects.push({ do: "keep", name: requestName(id), value: null });
  const gone = new Set(draft.effects.flatMap((effect) => (effect.do === "dropWake" ? [effect.wakeId] : [])));
  for (const { id: wakeId, lane, job } of draft.seen.wakes)
    if (lane === null && "step" in job && job.step === id && !gone.has(wakeId))
      draft.effects.push({ do: "dropWake", wakeId });
  return was;
}

function named(op: Op): StepName {
  return { op: op.op, name: op.displayName, userland: op.userland };
}
