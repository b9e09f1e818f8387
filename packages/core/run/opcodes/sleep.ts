/** `step.sleep` and `step.sleepUntil`: a later wake, no worker, no slot (semantics §7.2). */
import { parseSleep } from "../../intake/duration.ts";
import type { Moment } from "../../model/moment.ts";
import type { Op } from "../../model/op.ts";
import type { LeaseRow } from "../../model/queue.ts";
import type { About, Draft } from "../effects.ts";
import { failRun, platformError } from "../lifecycle.ts";
import type { Outcome } from "./index.ts";
import { open, tooLong } from "./open.ts";

export function openSleep(
  draft: Draft,
  op: Extract<Op, { op: "Sleep" }>,
  _lease: LeaseRow,
  about: About,
  moment: Moment,
): Outcome {
  const sleep = parseSleep(op.name, moment.now);
  if ("invalid" in sleep) {
    const message = `step "${op.displayName}": ${sleep.invalid}`;
    failRun(draft, platformError("InvalidSleep", message), about, moment);
    return "ended";
  }
  if ("tooLong" in sleep) {
    tooLong(draft, `step "${op.displayName}" sleeps for`, about, moment);
    return "ended";
  }
  const { until, warning } = sleep;
  open(draft, op, { op: "Sleep", name: op.name, until }, moment);
  draft.effects.push({ do: "later", job: { kind: "sleep", step: op.id }, dueAt: until });
  const data = { name: op.displayName, until, ...(warning === undefined ? {} : { warning }) };
  draft.effects.push({ do: "note", kind: "step.sleeping", step: op.id, data });
  return "opened";
}
