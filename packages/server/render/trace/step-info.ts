/** What a step is and what it waits for, from its history (semantics §10.2). */
import type { StepInfo, StepOp } from "@stepwell/api";
import type { EventId, HistoryRow, Instant, Json, OpenOp, RunId, StepRow } from "@stepwell/core";
import { isoTime } from "../../reply.ts";

/** All that is known of one step of a run. */
export interface StepFacts {
  hash: string;
  rows: readonly HistoryRow[];
  stored: { row: StepRow; result: Json } | undefined;
  open: OpenOp | undefined;
}

/** `step.fetch` has no word of its own in the public list: it is a step that runs, here instead of in the app. */
const opWords: Record<string, StepOp> = {
  Sleep: "SLEEP",
  WaitForEvent: "WAIT_FOR_EVENT",
  WaitForSignal: "WAIT_FOR_SIGNAL",
  InvokeFunction: "INVOKE",
  AIGateway: "AI_GATEWAY",
  SendEvent: "SEND_EVENT",
};

export function opOf({ rows, stored, open }: StepFacts): StepOp {
  for (const row of rows) {
    if (row.kind === "step.sleeping") return "SLEEP";
    if (row.kind === "step.invoking") return "INVOKE";
    const word = typeof row.data.op === "string" ? opWords[row.data.op] : undefined;
    if (word !== undefined) return word;
  }
  return opWords[stored?.row.op ?? open?.op ?? ""] ?? "RUN";
}

/** Its request is made by the server and holds secrets: nothing of it may be shown. */
export function isRequest({ rows, stored, open }: StepFacts): boolean {
  const op = stored?.row.op ?? open?.op;
  return op === "Gateway" || op === "AIGateway" || rows.some((row) => row.kind === "step.fetching");
}

/** When the server's own part of a step began; null for steps that run in the app. */
export function beganAt(rows: readonly HistoryRow[]): Instant | null {
  return (openingOf(rows) ?? rows.find(({ kind }) => kind === "step.fetching"))?.at ?? null;
}

/** The row that tells when the step began to wait; undefined for steps that run. */
export function openingOf(rows: readonly HistoryRow[]): HistoryRow | undefined {
  return rows.find(
    ({ kind }) => kind === "step.sleeping" || kind === "step.waiting" || kind === "step.invoking",
  );
}

/** `children`: the runs that invokes have started, by the event that started them. */
export function stepInfoOf(facts: StepFacts, children: ReadonlyMap<EventId, RunId>): StepInfo | null {
  const { rows, open } = facts;
  const opening = openingOf(rows);
  const data = opening?.data ?? {};
  const timeout = timeOf(data.timeout ?? open?.until);
  switch (opOf(facts)) {
    case "SLEEP": {
      const sleepUntil = timeOf(data.until ?? open?.until);
      return sleepUntil === null ? null : { sleepUntil };
    }
    case "WAIT_FOR_EVENT":
      return {
        eventName: textOf(data.event) ?? open?.name ?? "",
        expression: textOf(data.expression),
        timeout,
        foundEventID: textOf(dataOf(rows, "step.matched")?.eventId),
        timedOut: timedOut(rows, "step.matched"),
      };
    case "WAIT_FOR_SIGNAL":
      return {
        signal: textOf(data.signal) ?? open?.name ?? "",
        timeout,
        timedOut: timedOut(rows, "step.matched"),
      };
    case "INVOKE": {
      const triggeringEventID = textOf(data.eventId) ?? open?.eventId ?? null;
      const returned = dataOf(rows, "step.returned");
      return {
        triggeringEventID,
        functionID: textOf(data.functionId) ?? textOf(data.function) ?? open?.name ?? "",
        timeout,
        returnEventID: textOf(returned?.eventId),
        runID: textOf(returned?.runId) ?? children.get(triggeringEventID ?? "") ?? null,
        timedOut: timedOut(rows, "step.returned"),
      };
    }
    default:
      return null;
  }
}

function timedOut(rows: readonly HistoryRow[], answered: HistoryRow["kind"]): boolean | null {
  if (rows.some((row) => row.kind === "step.timedOut")) return true;
  return rows.some(
    (row) => row.kind === answered || row.kind === "step.completed" || row.kind === "step.failed",
  )
    ? false
    : null;
}

function dataOf(rows: readonly HistoryRow[], kind: HistoryRow["kind"]): HistoryRow["data"] | undefined {
  return rows.find((row) => row.kind === kind)?.data;
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function timeOf(value: Json | Instant | undefined): string | null {
  return typeof value === "number" ? isoTime(value) : null;
}
