/** What gates put off ends at its time, neither before nor after; and something is there to end it (semantics §6.5, §6.7). */
import type { GateCellRow } from "@stepwell/core";
import type { Batch, Gates, Window } from "./gates.ts";
import type { RowChange, Shadow } from "./shadow.ts";

interface Span {
  from: number;
  until: number;
}

/** When a window is to end: by its events' times of receipt, or by when they came to the gate. */
export function windowEnd({ rows }: Shadow, { fnId, first, last }: Window): Span {
  const { periodMs = 0, timeoutMs = Number.POSITIVE_INFINITY } =
    rows.functions.get(fnId)?.config.debounce ?? {};
  return {
    from: Math.min(last.receivedAt + periodMs, first.receivedAt + timeoutMs),
    until: Math.min(last.at + periodMs, first.at + timeoutMs),
  };
}

export function batchEnd({ rows }: Shadow, { fnId, first }: Batch): Span {
  const timeoutMs = rows.functions.get(fnId)?.config.batch?.timeoutMs ?? 0;
  return { from: first.receivedAt + timeoutMs, until: first.at + timeoutMs };
}

/** @param slackMs how late it may be; null: nothing can be said */
export function timeComplaints(what: string, at: number, span: Span, slackMs: number | null): string[] {
  if (at < span.from) return [`gates: ${what} ends ${span.from - at} ms early`];
  if (slackMs !== null && at > span.until + slackMs)
    return [`gates: ${what} ends ${at - span.until} ms late`];
  return [];
}

/** The end that was written down for what an event was put off into. */
export function endComplaints(
  shadow: Shadow,
  gates: Gates,
  changes: readonly RowChange[],
  { fnId, eventId }: { fnId: string; eventId: string },
): string[] {
  const window = [...gates.windows.values()].find(
    (one) => one.fnId === fnId && one.newest.eventId === eventId,
  );
  const batch = [...gates.batches.values()].find((one) => one.fnId === fnId && one.events.includes(eventId));
  const kind = window === undefined ? "batch" : "debounce";
  const cell = changes.find(({ table, key }) => table === "gateCells" && key.startsWith(`${kind}:${fnId}:`));
  const flushAt = ((cell?.after as GateCellRow | null)?.state as { flushAt?: number } | undefined)?.flushAt;
  const what = `the ${kind} of ${shadow.rows.functions.get(fnId)?.slug}`;
  if (flushAt === undefined) return [`gates: ${what} has no end`];
  if (window !== undefined) return timeComplaints(what, flushAt, windowEnd(shadow, window), 0);
  return batch === undefined ? [] : timeComplaints(what, flushAt, batchEnd(shadow, batch), 0);
}

/** As many debounces and batches are open as there should be, each with a wake that ends it. */
export function openComplaints({ rows }: Shadow, gates: Gates): string[] {
  const count = (of: Iterable<{ fnId: string }>, fnId: string): number =>
    [...of].filter((one) => one.fnId === fnId).length;
  return [...rows.functions.values()].flatMap((fn) => {
    const complain = (kind: "debounce" | "batch", right: number): string[] => {
      const cells = [...rows.gateCells.keys()].filter((key) => key.startsWith(`${kind}:${fn.id}:`));
      const wakes = [...rows.wakes.values()].flatMap(({ job }) => (job.kind === kind ? [job.key] : []));
      const asleep = cells.find((key) => !wakes.includes(key));
      if (asleep !== undefined) return [`gates: nothing will end the ${kind} ${asleep}`];
      return cells.length === right
        ? []
        : [`gates: ${cells.length} ${kind} cells of ${fn.slug}, not ${right}`];
    };
    return [
      ...complain("debounce", count(gates.windows.values(), fn.id)),
      ...complain("batch", count(gates.batches.values(), fn.id)),
    ];
  });
}
