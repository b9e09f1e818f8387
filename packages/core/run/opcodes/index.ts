/** One entry per op-code: what an op of an answer does to the run (wire.md §5.4). */
import type { Moment } from "../../model/moment.ts";
import type { Op } from "../../model/op.ts";
import type { LeaseRow } from "../../model/queue.ts";
import type { About, Draft } from "../effects.ts";
import { endRun, failRun, platformError } from "../lifecycle.ts";
import { openGateway } from "./gateway.ts";
import { openInvoke } from "./invoke.ts";
import { isKnown } from "./open.ts";
import { openSleep } from "./sleep.ts";
import { openPlanned, storeFailed, storeRun } from "./step.ts";
import { openEventWait, openSignalWait } from "./wait.ts";

/** `stored`: a result is there now (or was before). `opened`: something new waits. `known`: listed again. */
export type Outcome = "stored" | "opened" | "known" | "rediscover" | "ended";
type Handler<K extends Op["op"]> = (
  draft: Draft,
  op: Extract<Op, { op: K }>,
  lease: LeaseRow,
  about: About,
  moment: Moment,
) => Outcome;

const handlers: { [K in Op["op"]]: Handler<K> } = {
  StepRun: storeRun,
  // Here only when no attempt is left: a retry is decided before.
  StepError: storeFailed,
  StepFailed: storeFailed,
  StepPlanned: openPlanned,
  Sleep: openSleep,
  WaitForEvent: openEventWait,
  WaitForSignal: openSignalWait,
  InvokeFunction: openInvoke,
  Gateway: openGateway,
  AIGateway: openGateway,
  DiscoveryRequest: () => "rediscover",
  RunComplete: (draft, op, _lease, about, moment) => {
    endRun(draft, "completed", op.data, about, moment);
    return "ended";
  },
  unsupported: (draft, op, _lease, about, moment) => {
    const message = `step "${op.displayName}" uses ${op.code}, which this version of Stepwell does not have yet (see docs/compatibility.md)`;
    failRun(draft, platformError("StepwellNotBuilt", message), about, moment);
    return "ended";
  },
};

/** Ops that open something (they say whether they race) open it once: a listed one that is known stays as it is. */
export function applyOp(draft: Draft, op: Op, lease: LeaseRow, about: About, moment: Moment): Outcome {
  if ("race" in op) {
    if (op.race) draft.state.race = true;
    if (isKnown(draft, op.id)) return "known";
  }
  const handle = handlers[op.op] as Handler<Op["op"]>;
  return handle(draft, op as never, lease, about, moment);
}

/** Stores first, then waits, then timers, then jobs and sends, the end of the run last (wire.md §5.4). */
export function opRank(op: Op): number {
  switch (op.op) {
    case "StepRun":
    case "StepError":
    case "StepFailed":
    // It ends the run, so nothing is opened before it.
    case "unsupported":
      return 0;
    case "WaitForEvent":
    case "WaitForSignal":
      return 1;
    case "Sleep":
      return 2;
    case "StepPlanned":
    case "InvokeFunction":
    case "Gateway":
    case "AIGateway":
    case "DiscoveryRequest":
      return 3;
    case "RunComplete":
      return 4;
  }
}
