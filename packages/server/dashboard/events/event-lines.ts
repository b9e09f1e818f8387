/** Events as lines of a list, and one event with what became of it. */
import type { EventDetail, EventLine } from "@stepwell/api/dashboard";
import type { EventRow } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import type { Reads } from "@stepwell/store";
import { readRunsOf } from "../../event-runs.ts";
import { type Names, readNames } from "../../render/v2.ts";
import { eventOutcome } from "../../render/waiting.ts";
import { isoTime } from "../../reply.ts";
import { mapInTurns } from "../../turns.ts";
import { jsonSize } from "../payload-budget.ts";
import { relatedRun } from "../runs/run-lines.ts";
import { payloadOf } from "./payload-of.ts";
import type { FoundEvent } from "./select-events.ts";

const MOST_RUNS = 10;
const MOST_RUNS_OF_ONE = 100;

export async function eventLines(events: readonly FoundEvent[], read: Reads): Promise<EventLine[]> {
  const names = await readNames(read);
  return mapInTurns(events, ({ row, bytes }) => eventLine(row, bytes, read, names, MOST_RUNS));
}

async function eventLine(
  row: EventRow,
  bytes: number,
  read: Reads,
  names: Names,
  most: number,
): Promise<EventLine> {
  const { id, externalId, name, receivedAt, ts, internal } = row;
  const runs = await readRunsOf(read, id);
  return {
    id,
    externalId,
    name,
    receivedAt: isoTime(receivedAt),
    occurredAt: isoTime(ts),
    internal,
    bytes,
    runs: runs.slice(0, most).map((run) => relatedRun(run, names)),
  };
}

/** Null: there is no such event. */
export async function readEventDetail(id: string, engine: Engine): Promise<EventDetail | null> {
  const { read } = engine;
  const [event, outcomes, names] = await Promise.all([read.event(id), engine.outcomes(id), readNames(read)]);
  if (event === null || outcomes === null) return null;
  const payload = payloadOf(event);
  return {
    ...(await eventLine(event.row, jsonSize(payload), read, names, MOST_RUNS_OF_ONE)),
    payload,
    outcomes: outcomes.map((one) => eventOutcome(one, names.fn(one.functionId))),
  };
}
