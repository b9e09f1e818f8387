/** What a gate made of an event, written down: the row that answers "why is there no run?". */
import type { FunctionRow } from "../model/function.ts";
import type { EventId, RunId } from "../model/ids.ts";
import type { JsonObject } from "../model/json.ts";
import type { Instant, Moment } from "../model/moment.ts";
import type { GateCellRow, OutcomeRow } from "../model/queue.ts";
import type { Change } from "../model/tables.ts";
import type { Candidate } from "./admission.ts";
import type { BatchState } from "./gates/batch.ts";
import type { DebounceState } from "./gates/debounce.ts";
import { holderOf } from "./gates/idempotency.ts";

type Told = Pick<OutcomeRow, "outcome"> & Partial<Pick<OutcomeRow, "cell" | "leader" | "runId" | "detail">>;

/** No row for a cron tick, whose own row says it, and whose event is stored only when it starts a run. */
function outcomeRow({ fn, eventId, cron, byHand }: Candidate, told: Told, moment: Moment): Change[] {
  if (cron !== null && byHand !== true) return [];
  const { outcome, cell = null, leader = null, runId = null, detail = {} } = told;
  const row = { eventId, functionId: fn.id, at: moment.now, outcome, cell, leader, runId, detail };
  // An event that is run again has its row from the first time.
  return [{ insert: "outcomes", row, orIgnore: true }];
}

export function refusedOutcome(candidate: Candidate, why: string, moment: Moment): Change[] {
  return outcomeRow(candidate, { outcome: "refused", detail: { why } }, moment);
}

/** @param until when the next one is let through */
export function limitedOutcome(candidate: Candidate, cell: string, until: Instant, moment: Moment): Change[] {
  const { rateLimit } = candidate.fn.config;
  const { limit = 0, periodMs = 0, option = "rateLimit" } = rateLimit ?? {};
  const detail = { option, limit, periodMs, until, key: keyOfCell(cell, candidate.fn) };
  return outcomeRow(candidate, { outcome: "limited", cell, detail }, moment);
}

/** @param cell of the idempotency gate, which names the run that there is */
export function duplicateOutcome(candidate: Candidate, cell: GateCellRow, moment: Moment): Change[] {
  return outcomeRow(candidate, { outcome: "duplicate", cell: cell.key, runId: holderOf(cell) }, moment);
}

export function debouncedOutcome(
  candidate: Candidate,
  cell: string,
  verdict: { state: DebounceState; late?: true },
  moment: Moment,
): Change[] {
  const { debounce } = candidate.fn.config;
  const { leader = null, flushAt } = verdict.state;
  const detail: JsonObject = { periodMs: debounce?.periodMs ?? 0, until: flushAt };
  if (debounce?.timeoutMs !== undefined) detail["timeoutMs"] = debounce.timeoutMs;
  detail["key"] = keyOfCell(cell, candidate.fn);
  const outcome = verdict.late === true ? "outdated" : "debounced";
  return outcomeRow(candidate, { outcome, cell, leader, detail }, moment);
}

/** @param runId of the run, when this event has filled the batch */
export function batchedOutcome(
  candidate: Candidate,
  cell: string,
  { events, flushAt }: BatchState,
  runId: RunId | null,
  moment: Moment,
): Change[] {
  const { batch } = candidate.fn.config;
  const { maxSize = 0, timeoutMs = 0 } = batch ?? {};
  const detail = { maxSize, timeoutMs, until: flushAt, key: keyOfCell(cell, candidate.fn) };
  const leader = events[0] ?? candidate.eventId;
  return outcomeRow(candidate, { outcome: "batched", cell, leader, runId, detail }, moment);
}

/** A debounce or a batch is over: its first event's row says which run came of all of them. */
export function becameRun(leader: EventId | undefined, fn: FunctionRow, runId: RunId): Change[] {
  if (leader === undefined) return [];
  return [{ update: "outcomes", key: { eventId: leader, functionId: fn.id }, set: { runId } }];
}

/** The evaluated key in a gate's cell (`kind:function:[option:]expression:value`); null: the rule has no key. */
export function keyOfCell(cell: string, { id, config }: FunctionRow): string | null {
  const kind = cell.slice(0, cell.indexOf(":"));
  const rules = {
    rate: config.rateLimit,
    debounce: config.debounce,
    batch: config.batch,
    singleton: config.singleton,
  };
  const expression = rules[kind as keyof typeof rules]?.key;
  if (expression === undefined) return null;
  const option = kind === "rate" ? `${config.rateLimit?.option ?? ""}:` : "";
  const before = `${kind}:${id}:${option}${expression}:`;
  return cell.startsWith(before) ? cell.slice(before.length) : null;
}
