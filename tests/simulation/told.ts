/** Why an event has no run is written down in the commit that decides it, and is what the semantics say. */
import type { OutcomeRow } from "@stepwell/core";
import type { Fate } from "./admission-watch.ts";
import type { Arrival, Verdict } from "./gates.ts";
import type { RowChange, Rows } from "./shadow.ts";

/** What the row of an event and a function says; null: there is none, since a run speaks for itself. */
function outcomeOf(verdict: Verdict): OutcomeRow["outcome"] | null {
  if (verdict.is === "nothing") return verdict.why;
  if (verdict.is === "debounced") return "debounced";
  return verdict.is === "batched" || verdict.is === "filled" ? "batched" : null;
}

function rowOf(changes: readonly RowChange[], eventId: string, fnId: string): OutcomeRow | null {
  const change = changes.find(
    ({ table, before, after }) =>
      table === "outcomes" &&
      before === null &&
      after?.["eventId"] === eventId &&
      after["functionId"] === fnId,
  );
  return (change?.after ?? null) as unknown as OutcomeRow | null;
}

/** Why nothing came of an event; null: nobody says so. */
export function toldWhy(
  changes: readonly RowChange[],
  eventId: string,
  fnId: string,
): "limited" | "outdated" | "duplicate" | null {
  const outcome = rowOf(changes, eventId, fnId)?.outcome;
  return outcome === "limited" || outcome === "outdated" || outcome === "duplicate" ? outcome : null;
}

/** @param roomAt when a rate limit lets the next one in; null: cannot be told */
export function toldComplaints(
  changes: readonly RowChange[],
  { as, eventId, fnId }: Arrival,
  verdict: Verdict,
  roomAt: number | null,
): string[] {
  if (as !== "event") return [];
  const row = rowOf(changes, eventId, fnId);
  const right = outcomeOf(verdict);
  if ((row?.outcome ?? null) !== right)
    return [
      `event ${eventId} of ${fnId} is said to be ${row?.outcome ?? "nothing"}, and is ${right ?? verdict.is}`,
    ];
  const until = row?.outcome === "limited" ? row.detail["until"] : null;
  return roomAt !== null && typeof until === "number" && Math.abs(until - roomAt) > 1
    ? [`event ${eventId} is said to be limited until ${until}, and there is room at ${roomAt}`]
    : [];
}

/** At rest, whoever opened a batch or a debounce says which run came of it. */
export function leaderComplaints({ outcomes, runs }: Rows, fates: Iterable<Fate>): string[] {
  const wrong: string[] = [];
  for (const { is, eventId, fnId } of fates) {
    const row = outcomes.get(`${eventId}|${fnId}`);
    const leader = outcomes.get(`${row?.leader}|${fnId}`);
    if (is === "batched" || is === "filled") {
      if (runs.get(leader?.runId ?? "")?.eventIds.includes(eventId) !== true)
        wrong.push(
          `event ${eventId} was collected, and its leader ${row?.leader} names run ${leader?.runId}`,
        );
    } else if (is === "debounced" && leader === undefined)
      wrong.push(`event ${eventId} was merged, and its leader ${row?.leader} is not there`);
  }
  return wrong;
}
