/** `step.invoke`: an event that starts one function, and a wait for the end of the run it starts (semantics §7.5). */
import type { NewEvent } from "../../model/event.ts";
import type { FunctionId } from "../../model/ids.ts";
import type { Moment } from "../../model/moment.ts";
import type { Op } from "../../model/op.ts";
import type { LeaseRow } from "../../model/queue.ts";
import type { About, Draft } from "../effects.ts";
import { hears, INVOKED } from "../parents.ts";
import type { Outcome } from "./index.ts";
import { open, timeoutOf } from "./open.ts";
import { storeStep } from "./step.ts";
import { YEAR_MS } from "./wait.ts";

export function openInvoke(
  draft: Draft,
  op: Extract<Op, { op: "InvokeFunction" }>,
  _lease: LeaseRow,
  about: About,
  moment: Moment,
): Outcome {
  const until = timeoutOf(draft, op, op.timeout, about, moment, YEAR_MS);
  if (until === null) return "ended";
  const functionId = about.invocable(op.function);
  const event = functionId === null ? null : invokeEvent(draft, op, functionId, moment);
  const name = { name: op.displayName, function: op.function };
  const data = { ...name, functionId, eventId: event?.id ?? null, timeout: until };
  draft.effects.push({ do: "note", kind: "step.invoking", step: op.id, data });
  if (functionId === null || event === null) {
    const message = `could not find function with ID: ${op.function}`;
    const result = { type: "error", error: { name: "FunctionNotFound", message } };
    const what = { op: op.op, name: op.displayName, userland: op.userland };
    storeStep(draft, op.id, what, result, "failed", 1, moment);
    return "stored";
  }
  open(draft, op, { op: "InvokeFunction", name: op.function, until, eventId: event.id }, moment);
  draft.effects.push({ do: "invoke", event, functionId, route: hears(about, INVOKED) });
  draft.effects.push({ do: "later", job: { kind: "timeout", step: op.id }, dueAt: until });
  return "opened";
}

function invokeEvent(
  draft: Draft,
  op: Extract<Op, { op: "InvokeFunction" }>,
  functionId: FunctionId,
  moment: Moment,
): NewEvent {
  const id = moment.id();
  const { data, ...others } = op.payload;
  const routing = { correlation_id: `${draft.seen.run.id}.${op.id}`, fn_id: functionId };
  return {
    id,
    externalId: id,
    name: INVOKED,
    ts: moment.now,
    body: { data: { ...data, _inngest: routing }, ...others },
  };
}
