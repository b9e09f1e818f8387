/** Batch: events are collected and start one run together (semantics §6.7). */
import type { BatchRule, FunctionConfig } from "../../model/function.ts";
import type { CellKey, EventId, FunctionId } from "../../model/ids.ts";
import type { Json } from "../../model/json.ts";
import type { Instant, Moment } from "../../model/moment.ts";
import type { GateCellRow } from "../../model/queue.ts";
import type { Parent } from "../../run/parents.ts";

const MAX_BATCH_BYTES = 10 * 1024 * 1024;

/** The batch of one key that is being collected. */
export interface BatchState {
  v: 1;
  batchId: string;
  events: EventId[];
  bytes: number;
  flushAt: Instant;
  /** Of the first event: name and the cells its run will use. */
  first: { name: string; cells: CellKey[]; startCells: CellKey[] };
  /** Steps that have invoked the function with one of the events. */
  parents: Parent[];
}

export function batchCell(id: FunctionId, { batch }: FunctionConfig, key: string): string | null {
  return batch === undefined ? null : `batch:${id}:${batch.key ?? ""}:${key}`;
}

export function batchState(row: GateCellRow | undefined): BatchState | null {
  return row === undefined ? null : (row.state as unknown as BatchState);
}

export type BatchVerdict =
  | { is: "full"; state: BatchState }
  | { is: "collecting"; keep: GateCellRow; opens: boolean; state: BatchState };

/** Adds an event; full when there are enough of them, or too much. */
export function judgeBatch(
  rule: BatchRule,
  cell: string,
  row: GateCellRow | undefined,
  event: { id: EventId; bytes: number; first: BatchState["first"]; parents: Parent[] },
  moment: Moment,
): BatchVerdict {
  const before = batchState(row);
  const opened: BatchState = {
    v: 1,
    batchId: moment.id(),
    events: [],
    bytes: 0,
    flushAt: moment.now + rule.timeoutMs,
    first: event.first,
    parents: [],
  };
  const base = before ?? opened;
  const known = base.events.includes(event.id);
  const state: BatchState = known
    ? base
    : {
        ...base,
        events: [...base.events, event.id],
        bytes: base.bytes + event.bytes,
        parents: [...base.parents, ...event.parents],
      };
  if (state.events.length >= rule.maxSize || state.bytes >= MAX_BATCH_BYTES) return { is: "full", state };
  const keep = { key: cell, state: { ...state } as unknown as Json, expiresAt: null };
  return { is: "collecting", keep, opens: before === null, state };
}
