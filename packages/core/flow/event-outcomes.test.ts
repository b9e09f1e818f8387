/** What became of an event, from rows alone. */
import { expect, test } from "vitest";
import type { FunctionConfig, FunctionRow } from "../model/function.ts";
import type { GateCellRow, OutcomeRow } from "../model/queue.ts";
import type { RunRow } from "../model/run.ts";
import { outcomesOf, type SeenEvent } from "./event-outcomes.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const fn = (id: string, over: Partial<FunctionConfig> = {}): FunctionRow =>
  ({ id, slug: `app-${id}`, config: { triggers: [], ...over } }) as never;
const row = (functionId: string, over: Partial<OutcomeRow>): OutcomeRow => ({
  eventId: "E",
  functionId,
  at: NOW,
  outcome: "debounced",
  cell: "c",
  leader: "E",
  runId: null,
  detail: { periodMs: 5000 },
  ...over,
});
const ran = (id: string, over: Partial<RunRow> = {}): RunRow =>
  ({ id, functionId: "f", status: "running", queuedAt: NOW, originalRunId: null, ...over }) as RunRow;
const cell = (state: object): Map<string, GateCellRow> =>
  new Map([["c", { key: "c", state: state as never, expiresAt: null }]]);

function outcomes(over: Partial<SeenEvent>) {
  return outcomesOf({
    eventId: "E",
    runs: [],
    skipped: new Map(),
    rows: [],
    leaders: new Map(),
    cells: new Map(),
    listeners: [],
    fn: (id) => fn(id),
    ...over,
  });
}

test("one outcome a function, and reruns are none", () => {
  const found = outcomes({
    runs: [ran("R1"), ran("R2", { originalRunId: "R1" })],
    rows: [row("a", { outcome: "limited", detail: { option: "rateLimit", limit: 3, periodMs: 60_000 } })],
    listeners: [
      { fn: fn("f"), matches: true },
      { fn: fn("z"), matches: true },
    ],
  });
  expect(found.map(({ functionId, outcome, runId }) => [functionId, outcome, runId])).toEqual([
    ["a", "limited", null],
    ["f", "started", "R1"],
    ["z", "pending", null],
  ]);
  expect(found[0]?.message).toBe("dropped: over 3 per 1 m (rateLimit)");
});

test("a debounce whose function was removed ended without a run; so does one of a later window", () => {
  const gone = "its debounce ended without a run: the function was removed meanwhile";
  expect(outcomes({ rows: [row("f", {})] })).toMatchObject([{ message: gone, until: null, runId: null }]);
  const later = cell({ v: 1, eventId: "X", leader: "X", flushAt: NOW + 9 });
  expect(outcomes({ rows: [row("f", {})], cells: later })[0]?.message).toBe(gone);
});

test("a batch whose function was removed, and one that is open", () => {
  const rows = [row("f", { outcome: "batched", detail: { maxSize: 3, timeoutMs: 5000 } })];
  expect(outcomes({ rows })[0]?.message).toContain("ended without a run");
  const open = cell({ v: 1, events: ["E"], flushAt: NOW + 5000 });
  expect(outcomes({ rows, cells: open })).toMatchObject([
    { until: NOW + 5000, message: expect.stringContaining("collected: 1 event of 3; the run starts") },
  ]);
});

test("the run of a debounce is found by the row of the event that opened it", () => {
  const leaders = new Map([["f", row("f", { eventId: "L", runId: "R" })]]);
  const found = outcomes({ rows: [row("f", { leader: "L" })], leaders });
  expect(found).toMatchObject([{ runId: "R", message: "merged with later events (debounce): run R" }]);
});

test("a run that was skipped for a reason of a later release is told as it is", () => {
  const skipped = new Map([["R", { runId: "R", data: { reason: "NewReason" } } as never]]);
  expect(outcomes({ runs: [ran("R", { status: "skipped" })], skipped })).toMatchObject([
    { outcome: "skipped", gate: null, message: "its run R was skipped: NewReason" },
  ]);
});
