/**
 * What functions made of an event, in an order that answers first what people ask first: what runs, what
 * was kept from running, what did not match. Words are the server's; here are only short names and order.
 */
import type { EventDetail } from "@stepwell/api/dashboard";

export type EventOutcome = EventDetail["outcomes"][number];
type OutcomeKind = EventOutcome["outcome"];

interface KindView {
  word: string;
  /** Which colour the word takes: of a status, or none. */
  tone: "good" | "wait" | "held" | "bad" | "none";
}

const kinds: Record<OutcomeKind, KindView> = {
  STARTED: { word: "Started", tone: "good" },
  PENDING: { word: "Pending", tone: "wait" },
  BATCHED: { word: "In a batch", tone: "wait" },
  DEBOUNCED: { word: "Debounced", tone: "wait" },
  REFUSED: { word: "Refused", tone: "bad" },
  LIMITED: { word: "Rate limited", tone: "held" },
  SKIPPED: { word: "Skipped", tone: "held" },
  DUPLICATE: { word: "Duplicate", tone: "held" },
  OUTDATED: { word: "Outdated", tone: "held" },
  NOT_MATCHED: { word: "Not matched", tone: "none" },
};
const order = Object.keys(kinds);

/** The short name of an outcome; one that this page does not know is shown as the server wrote it. */
export function viewOfOutcome(kind: string): KindView {
  return kinds[kind as OutcomeKind] ?? { word: kind.toLowerCase().replaceAll("_", " "), tone: "none" };
}

/** Those that matter first, and by the function's slug within. */
export function sortOutcomes(outcomes: readonly EventOutcome[]): EventOutcome[] {
  return [...outcomes].sort(
    (a, b) => rank(a.outcome) - rank(b.outcome) || a.function_slug.localeCompare(b.function_slug),
  );
}

function rank(kind: string): number {
  const at = order.indexOf(kind);
  return at === -1 ? order.length : at;
}

/** The whole of it: "2 started, 1 rate limited". */
export function summariseOutcomes(outcomes: readonly EventOutcome[]): string {
  if (outcomes.length === 0) return "No function is triggered by events of this name.";
  const counts = new Map<string, number>();
  for (const { outcome } of sortOutcomes(outcomes)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${viewOfOutcome(kind).word.toLowerCase()}`).join(", ");
}

/** What `until` of an outcome means; null: the sentence is enough. */
export function wordsOfUntil({ outcome, gate }: Pick<EventOutcome, "outcome" | "gate">): string | null {
  if (outcome === "DEBOUNCED") return "Fires at the latest";
  if (outcome === "BATCHED") return "Starts at the latest";
  if (outcome === "LIMITED") return "Lets the next through";
  if (outcome === "PENDING" && gate === null) return "Due";
  return null;
}
