/** One run with everything but its steps. */
import type { RunEvent, RunView } from "@stepwell/api/dashboard";
import { type FunctionRow, hasEnded, type RunRow } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import type { Reads, StoredEvent } from "@stepwell/store";
import { wrapped } from "../../render/trace/span.ts";
import { readNames } from "../../render/v2.ts";
import { isoTime } from "../../reply.ts";
import { payloadOf } from "../events/payload-of.ts";
import { configLines } from "../functions/config-words.ts";
import { jsonSize, PAYLOAD_BUDGET } from "../payload-budget.ts";
import { readFailure } from "./failure.ts";
import { readFamily } from "./family.ts";
import { runLine, runLines } from "./run-lines.ts";
import { skipOf } from "./skip-words.ts";

/** Null: there is no such run. Results of steps are not read: they may be 32 MB. */
export async function readRunView(id: string, engine: Engine): Promise<RunView | null> {
  const { read } = engine;
  const run = await read.run(id);
  if (run === null) return null;
  const [history, events, names] = await Promise.all([
    read.history(id),
    readEvents(run, read),
    readNames(read),
  ]);
  const [[line], family, failure] = await Promise.all([
    runLines([run], engine),
    readFamily(run, events, history, read, names),
    readFailure(run, history, read),
  ]);
  const fn = names.fn(run.functionId);
  return {
    ...(line ?? runLine(run, names)),
    functionVersion: run.functionVersion,
    config: fn === undefined ? null : configLines(fn.config),
    archived: fn?.archived ?? true,
    eventList: shownEvents(events),
    ...(run.status === "completed" ? { output: wrapped(await read.output(id)).data ?? null } : {}),
    failure,
    ...family,
    skip: skipOf(history),
    can: { cancel: canCancel(run), rerun: canRerun(events, fn) },
  };
}

async function readEvents({ eventIds }: RunRow, read: Reads): Promise<StoredEvent[]> {
  return (await Promise.all(eventIds.map((id) => read.event(id)))).filter((event) => event !== null);
}

/** A batch may hold a hundred events of 3 MB: those beyond the budget are shown by their own page. */
function shownEvents(events: readonly StoredEvent[]): RunEvent[] {
  let left = PAYLOAD_BUDGET;
  return events.map((event) => {
    const { row } = event;
    const payload = payloadOf(event);
    const bytes = jsonSize(payload);
    left -= bytes;
    const base = { id: row.id, name: row.name, at: isoTime(row.receivedAt), bytes };
    return left < 0 ? { ...base, payload: null, cut: true } : { ...base, payload, cut: false };
  });
}

function canCancel({ status }: RunRow): true | string {
  return hasEnded(status) ? "It has ended: there is nothing to cancel." : true;
}

/** What the engine refuses; it runs again what a schedule started, and what has not ended, too. */
function canRerun(events: readonly StoredEvent[], fn: FunctionRow | undefined): true | string {
  if (fn === undefined || fn.archived)
    return "Its function is no longer in the app. Sync the app with the function to run it again.";
  return events.length === 0 ? "Its event is no longer stored, so there is nothing to run it with." : true;
}
