/** What a test can do in a world: each act lets everything happen that follows from it, then looks at the runs. */
import { type FunctionMode, type Instant, parseDuration, StepwellError } from "@stepwell/core";
import type { Ledger } from "./ledger.ts";
import { nextDue, type Parts } from "./parts.ts";
import { outcomesFor, reasonsFor } from "./reasons.ts";
import { closedMeanwhile } from "./settle.ts";
import type { World } from "./world.ts";
import { WorldError } from "./world-error.ts";

/** @param atRest resolves once nothing more can happen, and throws what the test must hear of */
export function actsOf(parts: Parts, ledger: Ledger, atRest: () => Promise<void>): World {
  const { clock, house, post, rules } = parts;
  /** What a test looks at is as it is now, also when it has to be told of something wrong. */
  const then = async <R>(work: () => R | Promise<R>, rest = atRest): Promise<R> => {
    refuseClosed(parts);
    try {
      const done = await work();
      await rest();
      return done;
    } catch (error) {
      throw parts.closed ? closedMeanwhile() : error;
    } finally {
      if (!parts.closed) await ledger.refresh();
    }
  };
  const close = async (): Promise<void> => {
    if (parts.closed) return;
    parts.closed = true;
    parts.apps.giveBack();
    await house().close();
  };
  return {
    send: (events, { settle = true } = {}) => then(() => post.send(events), settle ? atRest : atOnce),
    async signal(signal, data = null) {
      const found = await then(() => house().engine().signal(signal, data));
      return found?.runId ?? null;
    },
    cancel: (run) => then(() => cancel(parts, typeof run === "string" ? run : run.id)),
    pause: (functionId) => then(() => setMode(parts, functionId, "paused")),
    drain: (functionId) => then(() => setMode(parts, functionId, "drained")),
    resume: (functionId) => then(() => setMode(parts, functionId, "active")),
    advance: (by) => then(() => advance(parts, atRest, instantOf(by, clock.now()))),
    settled: () => then(atOnce),
    now: () => new Date(clock.now()),
    runs: ledger.runs,
    run: ledger.run,
    async why(run) {
      refuseClosed(parts);
      return reasonsFor(parts, (typeof run === "object" ? run : ledger.run(run)).id);
    },
    async outcomes(eventId) {
      refuseClosed(parts);
      return outcomesFor(parts, eventId);
    },
    sent: post.sent,
    mock: (stepId, mock, how = {}) => rules.mock(stepId, mock, how),
    fail: (stepId, how = {}) => rules.fail(stepId, how),
    unused: rules.unused,
    get engine() {
      return house().engine();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const atOnce = async (): Promise<void> => {};

function refuseClosed({ closed }: Parts): void {
  if (closed)
    throw new WorldError(
      "This world is closed, and nothing happens in it any more. Close it after the test's last act, and make one for each test.",
    );
}

async function cancel({ house }: Parts, runId: string): Promise<void> {
  const done = await house().engine().cancel(runId);
  if (done === "unknown")
    throw new WorldError(
      `There is no run ${JSON.stringify(runId)} to cancel: give a run, or its id, not that of its function.`,
    );
}

async function setMode({ house, apps }: Parts, functionId: string, mode: FunctionMode): Promise<void> {
  try {
    await house().engine().setMode(apps.slugOf(functionId), mode);
  } catch (error) {
    if (!(error instanceof StepwellError) || error.code !== "not_found") throw error;
    const known = (await house().store.read.functions()).map(({ slug }) => apps.bare(slug));
    throw new WorldError(
      `There is no function ${JSON.stringify(functionId)} in this world. There are: ${known.join(", ")}.`,
    );
  }
}

async function advance(parts: Parts, atRest: () => Promise<void>, target: Instant): Promise<void> {
  const { clock } = parts;
  for (;;) {
    await atRest();
    const next = await nextDue(parts);
    if (next === null || next > target) break;
    clock.moveTo(Math.max(next, clock.now()));
  }
  clock.moveTo(target);
}

/** @throws WorldError when `by` is no duration and no later date */
export function instantOf(by: string | number | Date, now: Instant): Instant {
  const target =
    by instanceof Date
      ? by.getTime()
      : typeof by === "number"
        ? now + by
        : now + (parseDuration(by) ?? Number.NaN);
  if (Number.isFinite(target) && target >= now) return Math.ceil(target);
  const given = typeof by === "string" ? JSON.stringify(by) : by instanceof Date ? dateText(by) : String(by);
  throw new WorldError(
    `advance takes a duration such as "3d" or "1h30m", milliseconds, or a later date than the world's (${dateText(new Date(now))}), not ${given}.`,
  );
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? "an invalid date" : date.toISOString();
}
