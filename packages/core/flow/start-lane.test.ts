/**
 * Where a run's first call queues, and where all its others do: throttle and limits on runs hold starts only
 * (semantics §6.2, §6.3, §6.6).
 */
import { describe, expect, test } from "vitest";
import type { FunctionConfig } from "../model/function.ts";
import type { NudgeRow } from "../model/queue.ts";
import type { RunState } from "../model/run.ts";
import type { Change } from "../model/tables.ts";
import {
  answered,
  happened,
  laterWake,
  leaseOf,
  momentAt,
  NOW,
  ops,
  plan,
  run,
} from "../run/fixtures/samples.ts";
import { record, runLeaseId } from "../run/record.ts";
import { type Admission, admit, type Candidate, poolOf } from "./admission.ts";
import { admissionSeen, candidateFor, eventOf, functionOf, inserted } from "./fixtures/gate-samples.ts";
import { functionOfLane } from "./gates/pause.ts";

const calls = '["F",null,""]';
const keyed = '["F","event.data.id","7"]';
const ofRun = 'run:["F",null,""]';
const paced = 'throttle:["F",null,""]';
const limited: Partial<FunctionConfig> = {
  concurrency: [
    { limit: 9, scope: "fn" },
    { limit: 1, key: "event.data.id", scope: "fn" },
    { limit: 1, scope: "fn", level: "run" },
  ],
  throttle: { limit: 1, periodMs: 5000, burst: 0 },
};

const started = (config: Partial<FunctionConfig>, more: Partial<Candidate> = {}, now = NOW): Admission =>
  admit(candidateFor(functionOf(config), eventOf(), more), admissionSeen(), () => "7", momentAt(now));
const stateOf = ({ write }: Admission): RunState => inserted(write, "runStates")[0]?.state as RunState;
const nudgesOf = (write: readonly Change[]): Omit<NudgeRow, "id">[] => inserted(write, "nudges");

describe("a new run", () => {
  test("without limits on starts: the lane of starts, with the cells of its calls", () => {
    const { write } = started({ concurrency: [{ limit: 1, scope: "fn" }] });
    expect(nudgesOf(write)).toEqual([
      { pool: "F", lane: `F ${calls}:start`, cells: [calls], score: NOW, gone: null },
    ]);
    expect(stateOf({ write, outcome: { is: "batched" } }).start).toBeUndefined();
  });

  test("with them: a lane of its own, cells of calls first, the throttle last", () => {
    const admission = started(limited);
    const [nudge] = nudgesOf(admission.write);
    expect(nudge?.cells).toEqual([keyed, calls, ofRun, paced]);
    const state = stateOf(admission);
    expect(state.cells).toEqual([keyed, calls]);
    expect(state.start).toEqual({ lane: nudge?.lane, cells: nudge?.cells });
    expect(inserted(admission.write, "wakes")[0]?.lane).toBe(nudge?.lane);
  });

  test("lanes with other cells are other lanes, and each begins with its function", () => {
    const lanes = [{}, { concurrency: limited.concurrency ?? [] }, limited].map(
      (config) => nudgesOf(started(config).write)[0]?.lane ?? "",
    );
    expect(new Set(lanes).size).toBe(3);
    expect(lanes.map(functionOfLane)).toEqual(["F", "F", "F"]);
  });

  test("functions with a shared limit are in one pool, others each in their own", () => {
    const shared = functionOf({ concurrency: [{ limit: 1, key: "'g'", scope: "account" }] });
    expect(poolOf(shared)).toBe("shared");
    expect(poolOf({ ...shared, id: "G" })).toBe("shared");
    expect(poolOf(functionOf(limited))).toBe("F");
    expect(nudgesOf(started(shared.config).write)[0]?.pool).toBe("shared");
  });
});

describe("priority (semantics §6.6)", () => {
  test("P-1 · a positive one queues as if it had come earlier", () => {
    const { write } = started({ priority: "5" });
    expect(nudgesOf(write)).toMatchObject([{ score: NOW - 5000 }]);
    expect(stateOf({ write, outcome: { is: "batched" } }).score).toBe(NOW - 5000);
    expect(inserted(write, "wakes")).toMatchObject([{ job: { kind: "call" }, score: NOW - 5000 }]);
  });

  test("P-2 · a negative one waits that long, even when nothing is queued", () => {
    const { write } = started({ priority: "-10" });
    expect(nudgesOf(write)).toEqual([]);
    expect(inserted(write, "wakes")).toMatchObject([
      { job: { kind: "later-call" }, lane: null, dueAt: NOW + 10_000, score: NOW + 10_000 },
    ]);
  });

  test("with a future `ts` both count from that time on", () => {
    const at = NOW + 60_000;
    const wakeOf = (priority: string) => inserted(started({ priority }, { startAt: at }).write, "wakes")[0];
    expect(wakeOf("5")).toMatchObject({ dueAt: at, score: at - 5000 });
    expect(wakeOf("-5")).toMatchObject({ dueAt: at + 5000, score: at + 5000 });
    expect(wakeOf("0")).toMatchObject({ dueAt: at, score: at });
  });
});

/** What a run of a limited function does after its admission. */
function after(given: { status?: "queued" | "running"; wakes?: ReturnType<typeof laterWake>[] } = {}) {
  const state = stateOf(started(limited));
  const seen = {
    run: { ...run, status: given.status ?? "running" },
    state,
    steps: new Map(),
    wakes: given.wakes ?? [],
  };
  return { state, seen, shown: { run: seen.run, state, wakes: seen.wakes } };
}

describe("the calls of a run with limits on starts", () => {
  test("a start that was put off queues in the lane of starts", () => {
    const wake = laterWake("w", { kind: "later-call", call: { target: null, attempt: 0, generation: 1 } });
    const { state, seen, shown } = after({ status: "queued", wakes: [wake] });
    const write = record(seen, happened({ is: "woke", wakeId: "w" }, shown), null, momentAt());
    expect(nudgesOf(write)).toMatchObject([{ lane: state.start?.lane, cells: state.start?.cells }]);
  });

  test("steps queue in the lane of steps, with the cells of calls only", () => {
    const { seen, shown } = after();
    const write = record(seen, answered(ops(plan("a")), shown), leaseOf(), momentAt());
    expect(nudgesOf(write)).toMatchObject([{ lane: `F ${keyed} ${calls}:step`, cells: [keyed, calls] }]);
  });

  test("a retry does so, too: the run has started", () => {
    const wake = laterWake("w", { kind: "later-call", call: { target: null, attempt: 1, generation: 1 } });
    const { seen, shown } = after({ wakes: [wake] });
    const write = record(seen, happened({ is: "woke", wakeId: "w" }, shown), null, momentAt());
    expect(nudgesOf(write)).toMatchObject([{ lane: `F ${keyed} ${calls}:step` }]);
  });

  test.each(["queued", "running"] as const)(
    "a call that is made again while the run is %s does not start it twice",
    (status) => {
      const { seen, shown } = after({ status });
      const lease = leaseOf();
      const lost = happened({ is: "lost" }, { ...shown, about: { lease } });
      const write = record(seen, lost, lease, momentAt());
      expect(nudgesOf(write)).toMatchObject([{ lane: `F ${keyed} ${calls}:step`, cells: [keyed, calls] }]);
    },
  );

  test("steps of an answer that shows the run's begin as well queue as steps", () => {
    const { seen, shown } = after({ status: "queued" });
    const write = record(seen, answered(ops(plan("a")), shown), leaseOf(), momentAt());
    expect(write).toContainEqual(expect.objectContaining({ update: "runs" }));
    expect(nudgesOf(write)).toMatchObject([{ lane: `F ${keyed} ${calls}:step`, cells: [keyed, calls] }]);
  });
});

describe("the end of a run", () => {
  const freed = (write: readonly Change[]): string[] =>
    write.flatMap((change) => ("update" in change && change.update === "leases" ? [change.key.id] : []));

  test("frees its slot among the runs, with the lease of its call", () => {
    const { seen, shown } = after();
    const write = record(seen, happened({ is: "cancelled", cause: "x" }, shown), leaseOf(), momentAt());
    expect(freed(write).sort()).toEqual(["L", runLeaseId("R")]);
  });

  test("a run that goes on keeps it, through sleeps and waits", () => {
    const { seen, shown } = after();
    const write = record(seen, answered(ops(plan("a")), shown), leaseOf(), momentAt());
    expect(freed(write)).toEqual(["L"]);
  });

  test("a run without a limit on runs has none", () => {
    const state = stateOf(started({ throttle: { limit: 1, periodMs: 1000, burst: 0 } }));
    const seen = { run, state, steps: new Map(), wakes: [] };
    const write = record(
      seen,
      happened({ is: "cancelled", cause: "x" }, { run, state }),
      leaseOf(),
      momentAt(),
    );
    expect(freed(write)).toEqual(["L"]);
  });

  test("a start that is still queued is named to the pool with the cells of starts", () => {
    const { state } = after();
    const lane = state.start?.lane ?? "";
    const wake = { ...laterWake("w", { kind: "call", call: leaseOf().call }), lane, score: 5 };
    const { seen, shown } = after({ status: "queued", wakes: [wake] });
    const write = record(seen, happened({ is: "cancelled", cause: "x" }, shown), null, momentAt());
    expect(nudgesOf(write)).toEqual([{ pool: "F", lane, cells: state.start?.cells, score: 5, gone: "w" }]);
  });
});
