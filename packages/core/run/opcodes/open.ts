/** What all ops that wait have in common: known ones are not opened twice, and their timeout is read alike. */
import { MAX_SLEEP_MS, parseSleep } from "../../intake/duration.ts";
import type { StepHash } from "../../model/ids.ts";
import type { DurationMs, Instant, Moment } from "../../model/moment.ts";
import type { Op } from "../../model/op.ts";
import type { OpenOp } from "../../model/run.ts";
import type { About, Draft } from "../effects.ts";
import { failRun, platformError } from "../lifecycle.ts";

/** A step id that waits or has a result: listing it again makes no second job (wire.md §6.3, rule 5). */
export function isKnown(draft: Draft, id: StepHash): boolean {
  return (
    openOp(draft, id) !== undefined ||
    draft.seen.steps.has(id) ||
    draft.effects.some((effect) => effect.do === "storeStep" && effect.step.id === id)
  );
}

/** The op of this id that waits for its result. Ids are the app's: one may be called like a method of objects. */
export function openOp(draft: Draft, id: StepHash): OpenOp | undefined {
  return Object.hasOwn(draft.state.open, id) ? draft.state.open[id] : undefined;
}

/** Notes the op as open: it counts to the group of the answer. */
export function open(
  draft: Draft,
  op: Op,
  what: Omit<OpenOp, "displayName" | "userland" | "since">,
  moment: Moment,
): void {
  const { displayName, userland } = op;
  draft.state.open[op.id] = { ...what, displayName, userland, since: moment.now };
  draft.state.group += 1;
}

/**
 * When a wait, signal or invoke times out: a duration or a date, empty is at once (semantics §7.3, §12).
 * Ends the run when the text is none or is over 366 days away.
 * @returns null when the run has ended
 */
export function timeoutOf(
  draft: Draft,
  op: Op,
  text: string,
  about: About,
  moment: Moment,
  defaultMs: DurationMs = 0,
): Instant | null {
  if (text.trim() === "") return moment.now + defaultMs;
  const end = parseSleep(text, moment.now);
  if ("until" in end) return end.until;
  if ("tooLong" in end) {
    tooLong(draft, `step "${op.displayName}" has a timeout of`, about, moment);
    return null;
  }
  const message = `step "${op.displayName}": cannot read its timeout ${JSON.stringify(text.slice(0, 100))}: give a duration such as "1d12h" or a date such as "2026-01-31T09:00:00Z"`;
  failRun(draft, platformError("InvalidTimeout", message), about, moment);
  return null;
}

/** Sleeps and waits end within 366 days (semantics §2.5). */
export function tooLong(draft: Draft, what: string, about: About, moment: Moment): void {
  const days = MAX_SLEEP_MS / 86_400_000;
  failRun(draft, platformError("InngestErrTimeoutTooLong", `${what} more than ${days} days`), about, moment);
}
