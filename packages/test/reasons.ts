/** Why runs wait and what became of events, as the engine says it, with dates and the names that tests use. */
import type { EventOutcome } from "@stepwell/core";
import type { RunReason } from "@stepwell/engine";
import type { Parts } from "./parts.ts";
import { WorldError } from "./world-error.ts";

/** One thing that a run waits for. */
export interface TestReason extends Omit<RunReason, "until" | "child"> {
  /** When it goes on; null: that cannot be known. */
  until: Date | null;
  /** Of an invoke: the run that it waits for, and what that waits for. */
  child?: { runId: string; waiting: TestReason[] };
}
/** What became of an event for one function. */
export interface TestOutcome extends Omit<EventOutcome, "at" | "until"> {
  at: Date | null;
  /** When a debounce or batch is over at the latest, or when a limit lets the next one through; null: not known. */
  until: Date | null;
}

/** What a run waits for, the most limiting first; empty: it has ended. */
export async function reasonsFor({ house }: Parts, runId: string): Promise<TestReason[]> {
  return (await house().engine().why(runId)).map(reasonOf);
}

/** @param eventId as `send` returns it. @throws WorldError when there is no such event */
export async function outcomesFor({ house, apps }: Parts, eventId: string): Promise<TestOutcome[]> {
  const found = await house().engine().outcomes(eventId);
  if (found === null)
    throw new WorldError(
      `There is no event ${JSON.stringify(eventId)}: give an id that world.send has returned, not that of the event's own \`id\`.`,
    );
  const slugs = new Map((await house().store.read.functions()).map(({ id, slug }) => [id, slug]));
  return found.map((outcome) => ({
    ...outcome,
    functionId: apps.bare(slugs.get(outcome.functionId) ?? outcome.functionId),
    at: dateOf(outcome.at),
    until: dateOf(outcome.until),
  }));
}

function reasonOf({ until, child, ...rest }: RunReason): TestReason {
  const seen = { ...rest, until: dateOf(until) };
  return child === undefined
    ? seen
    : { ...seen, child: { runId: child.runId, waiting: child.waiting.map(reasonOf) } };
}

function dateOf(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}
