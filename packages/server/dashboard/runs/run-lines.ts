/** Runs as lines of a list: names, the first line of an error, and what a run waits for. */
import type { RelatedRun, RunLine } from "@stepwell/api/dashboard";
import { hasEnded, type RunId, type RunRow } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { functionName, type Names, readNames } from "../../render/v2.ts";
import { isoTime } from "../../reply.ts";
import { mapInTurns } from "../../turns.ts";
import { errorLine } from "./failure.ts";
import { triggerOf } from "./select-runs.ts";
import { skipOf } from "./skip-words.ts";

/** Why a run waits takes some ten reads, more of one with a long history: a list asks so many, for so long. */
const MOST_WHY = 50;
const WHY_MS = 20;
/** So many are asked at once. */
const PART = 10;

/** The lines of these runs, in their order. */
export async function runLines(rows: readonly RunRow[], engine: Engine): Promise<RunLine[]> {
  const names = await readNames(engine.read);
  const waits = await readWaits(rows, engine);
  // An error may have megabytes: of each no more than its line is kept.
  return mapInTurns(rows, async (run) => {
    const error = run.status === "failed" ? errorLine(await engine.read.output(run.id)) : null;
    const skip = run.status === "skipped" ? skipOf(await engine.read.history(run.id)) : null;
    return { ...runLine(run, names), error, waits: skip?.reason ?? waits.get(run.id) ?? null };
  });
}

/** What limits each run most, in words, of the first ones that have not ended. */
async function readWaits(rows: readonly RunRow[], engine: Engine): Promise<Map<RunId, string>> {
  const open = rows.filter(({ status }) => !hasEnded(status)).slice(0, MOST_WHY);
  const waits = new Map<RunId, string>();
  const end = performance.now() + WHY_MS;
  for (let from = 0; from < open.length && performance.now() < end; from += PART)
    await Promise.all(
      open.slice(from, from + PART).map(async ({ id }) => {
        const [first] = await engine.why(id);
        if (first !== undefined) waits.set(id, first.message);
      }),
    );
  return waits;
}

/** A line of what the row alone says. */
export function runLine(run: RunRow, names: Names): RunLine {
  const { queuedAt, startedAt, endedAt } = run;
  const app = names.app(run.appId);
  return {
    id: run.id,
    status: run.status,
    function: functionName(run.functionId, names),
    app: { id: run.appId, name: app?.name ?? "" },
    trigger: triggerOf(run),
    cron: run.cron,
    events: run.eventIds.length,
    queuedAt: isoTime(queuedAt),
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    queueMs: startedAt === null ? null : startedAt - queuedAt,
    durationMs: startedAt === null || endedAt === null ? null : endedAt - startedAt,
    originalRunId: run.originalRunId,
    error: null,
    waits: null,
  };
}

/** A run as others name it. */
export function relatedRun(run: RunRow, names: Names): RelatedRun {
  const { id, status, queuedAt, endedAt } = run;
  return {
    id,
    function: functionName(run.functionId, names),
    status,
    queuedAt: isoTime(queuedAt),
    endedAt: isoTime(endedAt),
  };
}
