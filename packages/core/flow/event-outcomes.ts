/** What became of an event, function by function, in words; also where no run came of it (semantics §1.4). */
import type { FunctionRow } from "../model/function.ts";
import type { CellKey, EventId, FunctionId, RunId } from "../model/ids.ts";
import type { JsonObject } from "../model/json.ts";
import type { Instant } from "../model/moment.ts";
import type { GateCellRow, OutcomeRow } from "../model/queue.ts";
import type { HistoryRow, RunRow } from "../model/run.ts";
import { batchState } from "./gates/batch.ts";
import { debounceState } from "./gates/debounce.ts";
import { counted, durationWords, keyWords, timeWords } from "./words.ts";

export type OutcomeGate =
  | "rateLimit"
  | "idempotency"
  | "debounce"
  | "batchEvents"
  | "singleton"
  | "pause"
  | "drain"
  | "trigger"
  | "eventId";

export interface EventOutcome {
  functionId: FunctionId;
  /** `notMatched`: the trigger's `if` was not true. `pending`: nothing is written down yet. */
  outcome: "started" | "skipped" | OutcomeRow["outcome"] | "notMatched" | "pending";
  /** What decided it; null: nothing held it. */
  gate: OutcomeGate | null;
  /** The evaluated key of the gate; null: it has none. */
  key: string | null;
  /** The numbers of its rule as they were then, such as `{limit, periodMs}`; null: none are written down. */
  rule: JsonObject | null;
  at: Instant | null;
  /** When a debounce or batch is over at the latest, or when a limit lets the next one through. */
  until: Instant | null;
  /** The run that came of it, or that stands for it. */
  runId: RunId | null;
  /** All of it in words. */
  message: string;
}

/** All that the rows say about an event. */
export interface SeenEvent {
  eventId: EventId;
  /** Runs whose first event it is, oldest first; reruns are none of its outcomes. */
  runs: readonly RunRow[];
  /** Of the skipped ones, the history that says why. */
  skipped: ReadonlyMap<RunId, HistoryRow>;
  rows: readonly OutcomeRow[];
  /** The rows of the events that opened a debounce or batch, by function. */
  leaders: ReadonlyMap<FunctionId, OutcomeRow>;
  /** The cells of debounces and batches that are open now. */
  cells: ReadonlyMap<CellKey, GateCellRow>;
  /** Active functions with a trigger of its name, and whether their `if` is true by the latest configuration. */
  listeners: readonly { fn: FunctionRow; matches: boolean }[];
  fn(id: FunctionId): FunctionRow | undefined;
}

/** One outcome a function, in the order of their ids. */
export function outcomesOf(seen: SeenEvent): EventOutcome[] {
  const found = new Map<FunctionId, EventOutcome>();
  for (const row of seen.rows) found.set(row.functionId, ofRow(row, seen));
  for (const run of seen.runs)
    if (run.originalRunId === null) found.set(run.functionId, ofRun(run, found.get(run.functionId), seen));
  for (const { fn, matches } of seen.listeners)
    if (!found.has(fn.id)) found.set(fn.id, ofListener(fn, matches));
  return [...found.values()].sort((a, b) => (a.functionId < b.functionId ? -1 : 1));
}

function ofRun(run: RunRow, before: EventOutcome | undefined, seen: SeenEvent): EventOutcome {
  const { gate = null, key = null, rule = null } = before ?? {};
  const base = { functionId: run.functionId, gate, key, rule, at: run.queuedAt, until: null, runId: run.id };
  const after = gate === "debounce" ? " after its debounce" : gate === "batchEvents" ? " with its batch" : "";
  if (run.status !== "skipped")
    return { ...base, outcome: "started", message: `it started run ${run.id}${after}` };
  const { reason, existingRunId, key: held } = seen.skipped.get(run.id)?.data ?? {};
  const slug = seen.fn(run.functionId)?.slug ?? run.functionId;
  const by: Record<string, { gate: OutcomeGate; why: string }> = {
    Singleton: { gate: "singleton", why: `run ${existingRunId} has not ended (singleton)` },
    FunctionPaused: {
      gate: "pause",
      why: `the function is paused; \`stepwell resume ${slug}\` lets new events through`,
    },
    FunctionDrained: {
      gate: "drain",
      why: `the function takes no new runs; \`stepwell resume ${slug}\` lets new events through`,
    },
  };
  const known = by[String(reason)];
  const message = `its run ${run.id} was skipped: ${known?.why ?? String(reason)}`;
  const ownKey = typeof held === "string" ? held : null;
  return { ...base, outcome: "skipped", gate: known?.gate ?? null, key: ownKey, message };
}

function ofListener({ id, config }: FunctionRow, matches: boolean): EventOutcome {
  const base = { functionId: id, key: null, rule: null, at: null, until: null, runId: null };
  if (matches)
    return {
      ...base,
      outcome: "pending",
      gate: null,
      message: "nothing yet: it is on its way, or the function was synced after the event came",
    };
  const conditions = config.triggers.flatMap((trigger) =>
    "event" in trigger && trigger.expression !== undefined ? [trigger.expression] : [],
  );
  const message = `no trigger matches: ${conditions.join(" and ")} is not true`;
  return { ...base, outcome: "notMatched", gate: "trigger", message };
}

function ofRow(row: OutcomeRow, seen: SeenEvent): EventOutcome {
  const { functionId, outcome, at, detail } = row;
  const until = typeof detail["until"] === "number" ? detail["until"] : null;
  const key = typeof detail["key"] === "string" ? detail["key"] : null;
  const rule = ruleOf(detail);
  const base = { functionId, outcome, gate: null, key, rule, at, until, runId: row.runId, message: "" };
  switch (outcome) {
    case "refused":
      return { ...base, message: `dropped: ${String(detail["why"])}` };
    case "duplicate":
      return {
        ...base,
        gate: "eventId",
        message: `dropped: an event with the same id has started run ${row.runId} less than 24 hours before`,
      };
    case "limited":
      return { ...base, ...limited(row, key, until, seen) };
    case "debounced":
    case "outdated":
      return { ...base, gate: "debounce", ...debounced(row, key, seen) };
    case "batched":
      return { ...base, gate: "batchEvents", ...batched(row, key, seen) };
  }
}

function ruleOf({
  key: _key,
  until: _until,
  why: _why,
  option: _option,
  ...rule
}: JsonObject): JsonObject | null {
  return Object.keys(rule).length === 0 ? null : rule;
}

type Told = Pick<EventOutcome, "message"> & Partial<EventOutcome>;

function limited(
  { functionId, detail }: OutcomeRow,
  key: string | null,
  until: Instant | null,
  seen: SeenEvent,
): Told {
  const { limit, periodMs, option } = detail;
  const gate = option === "idempotency" ? "idempotency" : "rateLimit";
  const keyed = keyWords(seen.fn(functionId)?.config.rateLimit?.key, key);
  const next = until === null ? "" : `; the next one is let through from ${timeWords(until)} on`;
  const rule = `${limit} per ${durationWords(Number(periodMs))}${keyed}`;
  return { gate, message: `dropped: over ${rule} (${gate})${next}` };
}

function debounced(row: OutcomeRow, key: string | null, seen: SeenEvent): Told {
  const became = row.runId ?? seen.leaders.get(row.functionId)?.runId ?? null;
  const keyed = keyWords(seen.fn(row.functionId)?.config.debounce?.key, key);
  if (row.outcome === "outdated")
    return {
      runId: became,
      until: null,
      message: `ignored: its \`ts\` is older than that of an event which waits already${keyed} (debounce)${toRun(became)}`,
    };
  if (became !== null)
    return {
      runId: became,
      until: null,
      message: `merged with later events${keyed} (debounce)${toRun(became)}`,
    };
  const state = debounceState(seen.cells.get(row.cell ?? ""));
  if (state === null || state.leader !== row.leader)
    return { until: null, message: "its debounce ended without a run: the function was removed meanwhile" };
  const at = timeWords(state.flushAt);
  const message =
    state.eventId === seen.eventId
      ? `waits until no other event has come${keyed} for ${durationWords(Number(row.detail["periodMs"]))}; the run starts at ${at} (debounce)`
      : `replaced by the newer event ${state.eventId}${keyed}, whose run starts at ${at} (debounce)`;
  return { until: state.flushAt, message };
}

function batched(row: OutcomeRow, key: string | null, seen: SeenEvent): Told {
  const became = row.runId ?? seen.leaders.get(row.functionId)?.runId ?? null;
  if (became !== null)
    return { runId: became, until: null, message: `in a batch (batchEvents)${toRun(became)}` };
  const keyed = keyWords(seen.fn(row.functionId)?.config.batch?.key, key);
  const state = batchState(seen.cells.get(row.cell ?? ""));
  if (state === null || state.events[0] !== row.leader)
    return { until: null, message: "its batch ended without a run: the function was removed meanwhile" };
  const here = `${counted(state.events.length, "event")} of ${row.detail["maxSize"]}${keyed}`;
  const message = `collected: ${here}; the run starts when the batch is full, or at ${timeWords(state.flushAt)} (batchEvents)`;
  return { until: state.flushAt, message };
}

function toRun(runId: RunId | null): string {
  return runId === null ? "" : `: run ${runId}`;
}
