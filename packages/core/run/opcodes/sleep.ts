/** `step.sleep` and `step.sleepUntil`: a later wake, no worker, no slot (semantics §7.2). */
import { MAX_SLEEP_MS, parseSleep } from "../../intake/duration.ts";
import type { Moment } from "../../model/moment.ts";
import type { Op } from "../../model/op.ts";
import type { LeaseRow } from "../../model/queue.ts";
import type { About, Draft } from "../effects.ts";
import { failRun, platformError } from "../lifecycle.ts";
import type { Outcome } from "./index.ts";
import { isKnown } from "./step.ts";

export function openSleep(
  draft: Draft,
  op: Extract<Op, { op: "Sleep" }>,
  _lease: LeaseRow,
  about: About,
  moment: Moment,
): Outcome {
  const { state } = draft;
  if (op.race) state.race = true;
  if (isKnown(draft, op.id)) return "known";
  const sleep = parseSleep(op.name, moment.now);
  if ("invalid" in sleep) {
    failRun(
      draft,
      platformError("InvalidSleep", `step "${op.displayName}": ${sleep.invalid}`),
      about,
      moment,
    );
    return "ended";
  }
  if ("tooLong" in sleep) {
    const days = MAX_SLEEP_MS / 86_400_000;
    const message = `step "${op.displayName}" sleeps for more than ${days} days`;
    failRun(draft, platformError("InngestErrTimeoutTooLong", message), about, moment);
    return "ended";
  }
  state.open[op.id] = {
    op: "Sleep",
    name: op.name,
    displayName: op.displayName,
    userland: op.userland,
    since: moment.now,
    until: sleep.until,
  };
  state.group += 1;
  draft.effects.push({ do: "sleep", step: op.id, until: sleep.until });
  draft.effects.push({
    do: "note",
    kind: "step.sleeping",
    step: op.id,
    data: {
      name: op.displayName,
      until: sleep.until,
      ...(sleep.warning === undefined ? {} : { warning: sleep.warning }),
    },
  });
  return "opened";
}
