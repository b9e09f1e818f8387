/** Why a run waits, from rows alone: what is held, who holds it, and when it goes on. */
import { expect, test } from "vitest";
import type { FunctionConfig, FunctionRow } from "../model/function.ts";
import type { LeaseRow, WakeRow } from "../model/queue.ts";
import type { HistoryRow, OpenOp, RunRow, RunState } from "../model/run.ts";
import { reasonsOf, type SeenWaiting } from "./reasons.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const AT = "2026-01-01T12:00:00Z";
const config = (over: Partial<FunctionConfig>): FunctionRow =>
  ({ id: "f", slug: "app-f", mode: "active", config: { concurrency: [], maxAttempts: 4, ...over } }) as never;
const lease = (runId: string, at: number): LeaseRow =>
  ({ id: `l-${runId}`, runId, node: "n", at, call: { target: null, attempt: 0, generation: 1 } }) as never;
const queued = (over: Partial<WakeRow> = {}): WakeRow => ({
  id: "w",
  job: { kind: "call", call: { target: null, attempt: 0, generation: 1 } },
  runId: "r",
  lane: "f:start",
  score: NOW,
  dueAt: NOW,
  ...over,
});
const open = (over: Partial<OpenOp>): OpenOp =>
  ({ op: "Sleep", name: "x", displayName: "x", userland: { id: "mine" }, since: NOW, ...over }) as OpenOp;

function reasons(over: Partial<SeenWaiting>, ops: Record<string, OpenOp> = {}) {
  return reasonsOf({
    run: { id: "r", functionId: "f", status: "queued", queuedAt: NOW } as RunRow,
    state: { open: ops } as RunState,
    fn: config({}),
    history: [],
    wakes: [],
    leases: [],
    lanes: new Map(),
    ahead: new Map(),
    cells: new Map(),
    holders: new Map(),
    calls: { inFlight: 0, most: 10 },
    now: NOW,
    ...over,
  });
}
/** A queued call whose lane is blocked on a cell. */
const blockedOn = (cell: string, over: Partial<SeenWaiting> = {}) =>
  reasons({
    wakes: [queued()],
    lanes: new Map([
      ["f:start", { lane: "f:start", pool: "f", functionId: "f", cells: [cell], head: NOW, blocked: cell }],
    ]),
    ...over,
  });

test("holders stand longest first, three of them in words", () => {
  const cell = JSON.stringify(["f", null, ""]);
  const [reason] = blockedOn(cell, {
    fn: config({ concurrency: [{ limit: 4, scope: "fn" }] }),
    cells: new Map([[cell, { cell, used: 4, state: null }]]),
    holders: new Map([
      [cell, [lease("d", NOW), lease("a", NOW - 9), lease("b", NOW - 8), lease("c", NOW - 7)]],
    ]),
  });
  expect(reason?.held?.holders.map(({ runId }) => runId)).toEqual(["a", "b", "c", "d"]);
  expect(reason?.message).toBe("4 of 4 allowed calls in flight, held by a, b, c and others (concurrency)");
  expect(reason?.held).toMatchObject({ keyExpression: null, key: null, periodMs: null });
});

test("a limit that the configuration no longer has holds nothing: the next claim lets it through", () => {
  const [reason] = blockedOn(JSON.stringify(["f", "event.data.gone", "x"]));
  expect(reason).toMatchObject({ gate: "queue", message: "it is in the queue and about to be called" });
});

test("of a function that is gone there is still something to say", () => {
  expect(blockedOn("paused:f", { fn: undefined })[0]?.gate).toBe("queue");
});

test("a throttle's turn: one period part for each run before it; never in the past", () => {
  const cell = `throttle:${JSON.stringify(["f", "event.data.k", "v"])}`;
  const fn = config({ throttle: { limit: 2, periodMs: 60_000, burst: 0, key: "event.data.k" } });
  const state = { v: 1, fullAt: NOW + 60_000 };
  const cells = new Map([[cell, { cell, used: 0, state }]]);
  const at = (ahead: number, over: Partial<SeenWaiting> = {}) =>
    blockedOn(cell, { fn, cells, ahead: new Map([["w", ahead]]), ...over })[0];
  expect(at(0)).toMatchObject({ gate: "throttle", until: NOW + 30_000, untilIs: "earliest" });
  expect(at(3)?.until).toBe(NOW + 120_000);
  expect(at(0, { now: NOW + 90_000 })?.until).toBe(NOW + 90_000);
  expect(at(0)?.message).toBe(
    `2 per 1 m may start for event.data.k = "v", and they have (throttle); its turn is at 2026-01-01T12:00:30Z at the earliest`,
  );
});

test("the most limiting comes first, and planned steps are told once, by their wake", () => {
  const found = reasons(
    {
      run: { status: "running" } as RunRow,
      wakes: [
        queued({ lane: "f:step", job: { kind: "call", call: { target: "p", attempt: 0, generation: 1 } } }),
      ],
      leases: [lease("r", NOW), { ...lease("r", NOW), node: "" }],
    },
    { s: open({ until: NOW }), p: open({ op: "StepPlanned", userland: { id: "charge" } }) },
  );
  expect(found.map(({ gate, step }) => [gate, step])).toEqual([
    ["queue", "charge"],
    ["sleep", "mine"],
    ["app", null],
  ]);
});

test("a request of the server: being made, or waiting for its retry, never both", () => {
  const op = { g: open({ op: "Gateway" }) };
  const fetch = (dueAt: number, attempt: number): WakeRow =>
    queued({ lane: null, dueAt, job: { kind: "fetch", step: "g", attempt } });
  expect(reasons({ wakes: [fetch(NOW, 0)] }, op).map(({ gate }) => gate)).toEqual(["request"]);
  expect(reasons({ wakes: [fetch(NOW + 1000, 1)] }, op)).toMatchObject([
    { gate: "retry", step: "mine", until: NOW + 1000, retry: { attempt: 2, maxAttempts: 4 } },
  ]);
});

test("a retry tells what failed: of this step, or of the code that runs between steps", () => {
  const failed = (kind: HistoryRow["kind"], step: string | null, data: object) =>
    ({ kind, step, data: { attempt: 0, startedAt: NOW, ...data } }) as unknown as HistoryRow;
  const history = [
    failed("step.retrying", "s1", { name: "one", error: { name: "E", message: "first" } }),
    failed("step.retrying", "s2", { name: "two", error: { name: "E", message: "second" } }),
  ];
  const retry = (target: string | null) =>
    reasons({
      run: { status: "running" } as RunRow,
      history,
      wakes: [
        queued({ lane: null, job: { kind: "later-call", call: { target, attempt: 1, generation: 1 } } }),
      ],
    })[0];
  expect(retry("s1")?.message).toBe(`attempt 1 of 4 failed: first; the next one is at ${AT}`);
  expect(retry(null)).toMatchObject({ step: "two", retry: { error: "second" } });
  expect(
    reasons({
      wakes: [
        queued({
          lane: null,
          job: { kind: "later-call", call: { target: null, attempt: 1, generation: 1 } },
        }),
      ],
    })[0],
  ).toMatchObject({ gate: "retry", retry: { error: null } });
});
