/** Event → run: the rows of a new run, with what waits for it from its first moment (semantics §1.4, §6.9, §6.10, §8.2). */
import { describe, expect, test } from "vitest";
import type { WireEvent } from "../model/event.ts";
import type { CancelRule, FunctionConfig } from "../model/function.ts";
import type { GateCellRow } from "../model/queue.ts";
import type { Change, NewRow, TableName } from "../model/tables.ts";
import { DAY_MS, momentAt, NOW, stepRow } from "../run/fixtures/samples.ts";
import { type Admission, admit, type Candidate } from "./admission.ts";
import { admissionSeen, functionOf, noKeys, runIdOf } from "./fixtures/gate-samples.ts";
import type { Rerun } from "./new-run.ts";

const event: WireEvent = { name: "t/e", data: { id: 7 }, id: "x", ts: NOW, user: {} };
const candidateOf = (config: Partial<FunctionConfig> = {}, more: Partial<Candidate> = {}): Candidate => ({
  fn: functionOf(config),
  eventId: "E",
  event,
  onceKey: null,
  cron: null,
  startAt: null,
  keys: noKeys,
  ...more,
});
const admitted = (
  candidate: Candidate,
  awaited: ReadonlyMap<string, readonly string[]> = new Map(),
): Admission => admit(candidate, admissionSeen({ awaited }), () => "", momentAt());
/** The rows inserted into one table. */
function rows<T extends TableName>(write: Change[], table: T): NewRow<T>[] {
  return write.flatMap((change) =>
    "insert" in change && change.insert === table ? [change.row as unknown as NewRow<T>] : [],
  );
}

describe("cancelOn", () => {
  const waitsOf = (cancelOn: CancelRule[], awaited?: ReadonlyMap<string, readonly string[]>) => {
    const { write } = admitted(candidateOf({ cancelOn }), awaited);
    return { waits: rows(write, "waits"), paths: rows(write, "waitPaths"), write };
  };

  test("each entry is a wait of the run, stored with it, with the trigger's values frozen in", () => {
    const { waits, paths, write } = waitsOf([
      { event: "c/1", if: "event.data.id == async.data.id" },
      { event: "c/2" },
    ]);
    expect(waits).toMatchObject([
      {
        kind: "cancel",
        name: "c/1",
        anchor: "data.id\nnumber\n7",
        runId: "id1",
        step: null,
        expression: expect.stringContaining('{"event.data.id":7}'),
        openedAt: NOW,
        until: NOW + 365 * DAY_MS,
      },
      { kind: "cancel", name: "c/2", anchor: "*", expression: null },
    ]);
    expect(paths).toEqual([
      { name: "c/1", path: "data.id" },
      { name: "c/2", path: "*" },
    ]);
    for (const change of write)
      if ("insert" in change && change.insert === "waitPaths") expect(change.orIgnore).toBe(true);
    expect(new Set(waits.map(({ id }) => id)).size).toBe(2);
  });

  test("one that is false for this trigger is not stored; the others are (semantics §4.5)", () => {
    const { waits, paths } = waitsOf([
      { event: "c/1", if: "event.data.id == 8 && async.data.ok == true" },
      { event: "c/2" },
    ]);
    expect(waits.map(({ name }) => name)).toEqual(["c/2"]);
    expect(paths.map(({ name }) => name)).toEqual(["c/2"]);
  });

  test.each<[string, number]>([
    ["1h", NOW + 3_600_000],
    ["1970-01-02T00:00:00Z", DAY_MS],
  ])("a timeout of %s ends it, without a wake of its own", (timeout, until) => {
    const { waits, write } = waitsOf([{ event: "c/1", timeout }]);
    expect(waits).toMatchObject([{ until }]);
    expect(rows(write, "wakes")).toHaveLength(1);
  });

  test.each(["0s", "1970-01-01T00:00:10Z"])("a timeout of %s is over before it begins", (timeout) =>
    expect(waitsOf([{ event: "c/1", timeout }]).waits).toEqual([]),
  );

  test("the 17th path of a name is looked at for every event", () => {
    const paths = Array.from({ length: 16 }, (_, index) => `data.p${index}`);
    const { waits } = waitsOf([{ event: "c/1", if: "async.data.id == 1" }], new Map([["c/1", paths]]));
    expect(waits).toMatchObject([{ anchor: "*" }]);
  });

  test("a function without it stores none", () =>
    expect(rows(admitted(candidateOf()).write, "waits")).toEqual([]));

  test("a run that is not admitted stores none", () => {
    const candidate = candidateOf({ cancelOn: [{ event: "c" }] }, { onceKey: "k" });
    const cell = { key: "k", state: { v: 1, runId: "before" }, expiresAt: NOW + 1 };
    const seen = admissionSeen({ gates: new Map<string, GateCellRow>([["k", cell]]) });
    const { write, outcome } = admit(candidate, seen, () => "", momentAt());
    expect(outcome).toEqual({ is: "duplicate" });
    // All that is written down is why.
    const row = { outcome: "duplicate", runId: "before", cell: "k" };
    expect(write).toMatchObject([{ insert: "outcomes", row }]);
  });
});

test("a debounce whose newest event has run already ends with that run", () => {
  const cell = { key: "k", state: { v: 1, runId: "before" }, expiresAt: NOW + 1 };
  const seen = admissionSeen({ gates: new Map<string, GateCellRow>([["k", cell]]) });
  const quiet = candidateOf({}, { onceKey: "k", from: "quiet", leader: "L" });
  const { write } = admit(quiet, seen, () => "", momentAt());
  const leader = { eventId: "L", functionId: quiet.fn.id };
  expect(write).toContainEqual({ update: "outcomes", key: leader, set: { runId: "before" } });
});

describe("timeouts.start", () => {
  const deadlines = (config: Partial<FunctionConfig>, more: Partial<Candidate> = {}) =>
    rows(admitted(candidateOf(config, more)).write, "wakes").filter(({ job }) => job.kind === "deadline");

  test("is a wake from the moment the run is queued", () =>
    expect(deadlines({ timeouts: { startMs: 3000 } })).toMatchObject([
      { runId: "id1", lane: null, dueAt: NOW + 3000, job: { kind: "deadline", which: "start" } },
    ]));

  test.each<[string, Partial<FunctionConfig>]>([
    ["none", {}],
    ["only a finish timeout", { timeouts: { finishMs: 3000 } }],
    ["zero", { timeouts: { startMs: 0 } }],
  ])("%s makes no wake", (_case, config) => expect(deadlines(config)).toEqual([]));
});

describe("a rerun (semantics §8.2)", () => {
  const steps = [
    { row: { ...stepRow("a"), ord: 3, attempts: 2, runId: "OLD" }, result: { type: "data", data: 1 } },
    { row: { ...stepRow("b"), ord: 5, status: "failed" as const, runId: "OLD" }, result: { type: "error" } },
  ];
  const target = { id: "c", name: "c", displayName: "C", userland: { id: "c" } };
  const rerunOf = (more: Partial<Rerun> = {}) => {
    const rerun = { originalRunId: "OLD", eventIds: ["E", "E2"], steps: [], target: null, ...more };
    const { write, outcome } = admitted(candidateOf({}, { rerun, from: "rerun" }));
    const [state] = rows(write, "runStates");
    const [wake] = rows(write, "wakes");
    return {
      write,
      runId: runIdOf(outcome),
      state: state?.state,
      call: wake?.job.kind === "call" ? wake.job.call : null,
    };
  };

  test("from the start: the same events, the original's id, a discovery", () => {
    const { write, state, call } = rerunOf();
    expect(rows(write, "runs")).toMatchObject([
      {
        id: "id1",
        originalRunId: "OLD",
        eventId: "E",
        eventIds: ["E", "E2"],
        functionVersion: 4,
        status: "queued",
      },
    ]);
    expect(call).toEqual({ target: null, attempt: 0, generation: 1 });
    expect(state).toMatchObject({ open: {}, group: 0, discovering: true, stored: 0 });
  });

  test("from a step: those before it are copied with their results, in order from 0", () => {
    const { write, state } = rerunOf({ steps, target });
    expect(rows(write, "steps")).toMatchObject([
      { runId: "id1", id: "a", ord: 0, attempts: 2, status: "completed" },
      { runId: "id1", id: "b", ord: 1, status: "failed" },
    ]);
    expect(rows(write, "payloads")).toEqual([
      { owner: "id1", name: "step:a", value: { type: "data", data: 1 } },
      { owner: "id1", name: "step:b", value: { type: "error" } },
    ]);
    expect(rows(write, "history").map(({ kind, step }) => [kind, step])).toEqual([
      ["run.queued", null],
      ["step.completed", "a"],
      ["step.failed", "b"],
    ]);
    expect(state?.stored).toBe(2);
  });

  test("the chosen step is called alone, as an open one, with the arguments that replace its own", () => {
    const { state, call } = rerunOf({ steps, target: { ...target, input: [1, 2] } });
    expect(call).toEqual({ target: "c", attempt: 0, generation: 1 });
    expect(state).toMatchObject({
      open: { c: { op: "StepPlanned", name: "c", displayName: "C", input: [1, 2], since: NOW } },
      group: 1,
      discovering: false,
    });
    expect(rerunOf({ target }).state?.open.c).not.toHaveProperty("input");
  });

  test("copied results count against the state limit", () => {
    const more = { row: stepRow("z"), result: "x".repeat(1000) };
    const grown =
      (rerunOf({ steps: [...steps, more] }).state?.bytes ?? 0) - (rerunOf({ steps }).state?.bytes ?? 0);
    expect(grown).toBeGreaterThanOrEqual(1000);
    expect(grown).toBeLessThan(1010);
  });

  test("the body for an AI step waits in the state until its step comes (wire 4.7)", () => {
    const replacedBody = { step: "g", body: { model: "m" } };
    const { state, call } = rerunOf({ replacedBody });
    expect(state?.replacedBody).toEqual(replacedBody);
    expect(call?.target).toBeNull();
    expect(rerunOf().state).not.toHaveProperty("replacedBody");
  });

  test("its cancelOn and its start deadline are as those of any run", () => {
    const config = { cancelOn: [{ event: "c" }], timeouts: { startMs: 5 } };
    const rerun = { originalRunId: "OLD", eventIds: ["E"], steps: [], target: null };
    const { write } = admitted(candidateOf(config, { rerun }));
    expect(rows(write, "waits")).toHaveLength(1);
    expect(rows(write, "wakes")).toHaveLength(2);
  });
});
