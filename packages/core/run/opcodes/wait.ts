/** `step.waitForEvent` and `step.waitForSignal`: rows that an event or a signal finds, and a timeout (semantics §7.3, §7.4). */
import { ExpressionError } from "../../expression/index.ts";
import { type Placing, placeWait, SIGNAL_ANCHOR } from "../../intake/waits.ts";
import type { Instant, Moment } from "../../model/moment.ts";
import type { Op } from "../../model/op.ts";
import type { LeaseRow, WaitRow } from "../../model/queue.ts";
import type { About, Draft } from "../effects.ts";
import { failRun, platformError } from "../lifecycle.ts";
import type { Outcome } from "./index.ts";
import { open, timeoutOf } from "./open.ts";

/** Without a timeout of its own, a signal is waited for this long. */
export const YEAR_MS: number = 365 * 86_400_000;

export function openEventWait(
  draft: Draft,
  op: Extract<Op, { op: "WaitForEvent" }>,
  _lease: LeaseRow,
  about: About,
  moment: Moment,
): Outcome {
  const until = timeoutOf(draft, op, op.timeout, about, moment);
  if (until === null) return "ended";
  const placing = placed(draft, op, about, moment);
  if (placing === "ended") return "ended";
  const rows = (placing?.anchors ?? []).map((anchor) =>
    waitRow(draft, op, "event", op.event, anchor, placing?.expression ?? null, until, moment),
  );
  const paths = (placing?.paths ?? []).map((path) => ({ name: op.event, path }));
  for (const row of rows) draft.effects.push({ do: "wait", row, paths });
  open(draft, op, { op: "WaitForEvent", name: op.event, until, waits: rows.map((row) => row.id) }, moment);
  draft.effects.push({ do: "later", job: { kind: "timeout", step: op.id }, dueAt: until });
  const data = {
    name: op.displayName,
    op: op.op,
    event: op.event,
    expression: op.if,
    timeout: until,
  };
  draft.effects.push({ do: "note", kind: "step.waiting", step: op.id, data });
  return "opened";
}

/** Null: no event can ever match. An expression that cannot be read ends the run. */
function placed(
  draft: Draft,
  op: Extract<Op, { op: "WaitForEvent" }>,
  about: About,
  moment: Moment,
): Placing | null | "ended" {
  try {
    return placeWait(op.if, about.trigger.event, about.awaited.get(op.event) ?? []);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const message = `the wait-for-event "if" of step "${op.displayName}" failed to compile: ${error.message}`;
    failRun(draft, platformError("InvalidExpression", message), about, moment);
    return "ended";
  }
}

/** One waiter for each signal: a second one ends its run, or takes the place of the first (semantics §7.4). */
export function openSignalWait(
  draft: Draft,
  op: Extract<Op, { op: "WaitForSignal" }>,
  _lease: LeaseRow,
  about: About,
  moment: Moment,
): Outcome {
  const until = timeoutOf(draft, op, op.timeout, about, moment, YEAR_MS);
  if (until === null) return "ended";
  const others = (about.signals.get(op.signal) ?? []).filter((row) => (row.until ?? 0) > moment.now);
  const siblings = draft.effects.flatMap((effect) =>
    effect.do === "wait" && effect.row.kind === "signal" && effect.row.name === op.signal ? [effect.row] : [],
  );
  if (others.length + siblings.length > 0 && !op.replace) {
    const message = `a signal wait for ${JSON.stringify(op.signal)} already exists for another run`;
    failRun(draft, platformError("SignalConflict", message), about, moment);
    return "ended";
  }
  for (const { id } of [...others, ...siblings]) draft.effects.push({ do: "dropWait", waitId: id });
  const row = waitRow(draft, op, "signal", op.signal, SIGNAL_ANCHOR, null, until, moment);
  draft.effects.push({ do: "wait", row, paths: [] });
  open(draft, op, { op: "WaitForSignal", name: op.signal, until, waits: [row.id] }, moment);
  draft.effects.push({ do: "later", job: { kind: "timeout", step: op.id }, dueAt: until });
  const data = { name: op.displayName, op: op.op, signal: op.signal, timeout: until };
  draft.effects.push({ do: "note", kind: "step.waiting", step: op.id, data });
  return "opened";
}

function waitRow(
  draft: Draft,
  op: Op,
  kind: WaitRow["kind"],
  name: string,
  anchor: string,
  expression: string | null,
  until: Instant,
  moment: Moment,
): Omit<WaitRow, "seq"> {
  return {
    id: moment.id(),
    kind,
    name,
    anchor,
    runId: draft.seen.run.id,
    step: op.id,
    expression,
    openedAt: moment.now,
    until,
  };
}
