/** The gates in their order (semantics §1.4), and what is written when one of them stops an event. */
import { describe, expect, test } from "vitest";
import type { FunctionConfig, FunctionMode } from "../model/function.ts";
import type { GateCellRow } from "../model/queue.ts";
import type { RunStatus } from "../model/run.ts";
import { momentAt, NOW } from "../run/fixtures/samples.ts";
import { type Admission, type AdmissionSeen, admit, type Candidate } from "./admission.ts";
import {
  admissionSeen,
  candidateFor,
  cellsByKey,
  eventOf,
  functionOf,
  inserted,
  keptCells,
  runIdOf,
} from "./fixtures/gate-samples.ts";
import { take } from "./gates/idempotency.ts";
import { singletonHeld } from "./gates/singleton.ts";

const every: Partial<FunctionConfig> = {
  rateLimit: { limit: 1, periodMs: 60_000, option: "rateLimit" },
  debounce: { periodMs: 5000 },
  singleton: { mode: "skip" },
  cancelOn: [{ event: "c" }],
  timeouts: { startMs: 9000 },
};
const { debounce: _debounce, ...undebounced } = every;
const rateCell = "rate:F:rateLimit::";
const debounceCell = "debounce:F::";
const singletonCell = "singleton:F::";

interface Given {
  config?: Partial<FunctionConfig>;
  mode?: FunctionMode;
  gates?: GateCellRow[];
  holder?: RunStatus;
  more?: Partial<Candidate>;
  cancelled?: string;
}
function goes({
  config = undebounced,
  mode = "active",
  gates = [],
  holder,
  more = {},
  cancelled,
}: Given = {}): {
  admission: Admission;
  seen: AdmissionSeen;
} {
  const candidate = candidateFor(functionOf(config, { mode }), eventOf(), { onceKey: "once", ...more });
  const seen = admissionSeen({
    gates: cellsByKey(...gates),
    holders: new Map(holder === undefined ? [] : [[singletonCell, holder]]),
    cancelled: new Map(cancelled === undefined ? [] : [[singletonCell, cancelled]]),
  });
  return { admission: admit(candidate, seen, () => "v", momentAt()), seen };
}
const exhausted: GateCellRow = {
  key: rateCell,
  state: { v: 1, fullAt: NOW + 60_000 },
  expiresAt: NOW + 60_000,
};
const locked = singletonHeld(singletonCell, "OLD");
const taken = take("once", "OLD", NOW - 1);
const tables = ({ write }: Admission): string[] =>
  write.map((change) => ("insert" in change ? change.insert : "put" in change ? change.put : "remove"));

describe("what is written when a gate stops an event", () => {
  test.each<[string, Given, Admission["outcome"]["is"], string[], number]>([
    ["the rate limit: nothing, not even the idempotency key", { gates: [exhausted] }, "limited", [], 0],
    ["the rate limit, before the debounce is asked", { config: every, gates: [exhausted] }, "limited", [], 0],
    [
      "the debounce: it has counted for the rate limit, and takes no idempotency key",
      { config: every },
      "debounced",
      [rateCell, debounceCell],
      0,
    ],
    [
      "the debounce, before the singleton is asked",
      { config: every, gates: [locked], holder: "running" },
      "debounced",
      [rateCell, debounceCell],
      0,
    ],
    [
      "the singleton: a row, and no idempotency key",
      { gates: [locked], holder: "running" },
      "skipped",
      [rateCell],
      1,
    ],
    [
      "the idempotency key: it has counted for the rate limit",
      { gates: [taken] },
      "duplicate",
      [rateCell],
      0,
    ],
    [
      "a duplicate touches no lock",
      { gates: [taken, locked], holder: "completed" },
      "duplicate",
      [rateCell],
      0,
    ],
    [
      "pause: a row, and no idempotency key: the same event may start a run after the resume",
      { mode: "paused" },
      "skipped",
      [rateCell],
      1,
    ],
    [
      "the idempotency key, before pause is asked",
      { mode: "paused", gates: [taken] },
      "duplicate",
      [rateCell],
      0,
    ],
    ["none of them", {}, "started", [rateCell, singletonCell, "once"], 1],
  ])("%s", (_case, given, is, kept, rows) => {
    const { admission } = goes(given);
    expect(admission.outcome.is).toBe(is);
    expect(keptCells(admission.write)).toEqual(kept);
    expect(inserted(admission.write, "runs")).toHaveLength(rows);
    if (is !== "started") {
      expect(inserted(admission.write, "runStates")).toEqual([]);
      expect(inserted(admission.write, "waits")).toEqual([]);
      expect(inserted(admission.write, "nudges")).toEqual([]);
    }
  });

  test("a run that starts: its rows, its waits for cancelling events, its deadline, its first call", () => {
    const { write } = goes().admission;
    expect(inserted(write, "runs")).toMatchObject([{ status: "queued" }]);
    expect(inserted(write, "waits")).toMatchObject([{ kind: "cancel", name: "c" }]);
    expect(inserted(write, "wakes").map(({ job }) => job.kind)).toEqual(["deadline", "call"]);
    expect(inserted(write, "nudges")).toHaveLength(1);
  });

  test("a debounce keeps one wake, however many events", () => {
    const first = goes({ config: every });
    expect(inserted(first.admission.write, "wakes")).toMatchObject([
      {
        job: { kind: "debounce", functionId: "F", key: debounceCell },
        runId: null,
        lane: null,
        dueAt: NOW + 5000,
      },
    ]);
    const open = first.seen.gates.get(debounceCell) as GateCellRow;
    const second = goes({ config: { debounce: { periodMs: 5000 } }, gates: [open] }).admission;
    expect(second.outcome.is).toBe("debounced");
    expect(inserted(second.write, "wakes")).toEqual([]);
  });

  test("D-3 · an event that comes too late for its debounce has counted for the rate limit", () => {
    const open = goes({ config: every }).seen.gates.get(debounceCell) as GateCellRow;
    const newer = { ...open, state: { ...(open.state as object), ts: NOW + 1 } };
    const { write, outcome } = goes({ config: every, gates: [newer] }).admission;
    expect(outcome.is).toBe("debounced");
    expect(keptCells(write)).toEqual([rateCell]);
  });
});

describe("who passes which gate", () => {
  test("a debounce that is over: neither limited nor debounced again, but single and once", () => {
    const { admission } = goes({ config: every, gates: [exhausted], more: { from: "quiet" } });
    expect(admission.outcome.is).toBe("started");
    expect(keptCells(admission.write)).toEqual([singletonCell, "once"]);
  });

  test("a rerun: not limited and never a duplicate, but single", () => {
    const more: Partial<Candidate> = {
      from: "rerun",
      onceKey: null,
      rerun: { originalRunId: "OLD", eventIds: ["E"], steps: [], target: null },
    };
    expect(goes({ gates: [exhausted, taken], more }).admission.outcome.is).toBe("started");
    expect(goes({ gates: [locked], holder: "queued", more }).admission.outcome.is).toBe("skipped");
  });

  test("a debounce that is over starts its run, although the function has become a batched one", () => {
    const batch = { maxSize: 2, timeoutMs: 5000 };
    expect(goes({ config: { batch }, more: { from: "quiet" } }).admission.outcome.is).toBe("started");
  });

  test("a batched event meets no other gate", () => {
    const batch = { maxSize: 2, timeoutMs: 5000 };
    const { admission } = goes({ config: { ...undebounced, batch }, gates: [exhausted, taken] });
    expect(admission.outcome.is).toBe("batched");
    expect(keptCells(admission.write)).toEqual(["batch:F::"]);
  });

  test("expired cells count as absent", () => {
    const over = { ...exhausted, expiresAt: NOW };
    expect(goes({ gates: [over] }).admission.outcome.is).toBe("started");
    expect(goes({ gates: [{ ...taken, expiresAt: NOW }] }).admission.outcome.is).toBe("started");
    expect(goes({ gates: [{ ...taken, expiresAt: NOW + 1 }] }).admission.outcome.is).toBe("duplicate");
  });

  test("two events of one commit: the second sees what the first has left", () => {
    const { seen } = goes();
    const again = admit(
      candidateFor(functionOf(undebounced), eventOf(), { onceKey: "other" }),
      seen,
      () => "v",
      momentAt(),
    );
    expect(again.outcome.is).toBe("limited");
    const unlimited = functionOf({
      rateLimit: { limit: 1, periodMs: 1000, option: "rateLimit", key: "event.data.no" },
    });
    const duplicate = admit(
      candidateFor(unlimited, eventOf(), { onceKey: "once" }),
      seen,
      () => "v",
      momentAt(),
    );
    expect(duplicate.outcome.is).toBe("duplicate");
  });
});

describe("a singleton (semantics §6.8)", () => {
  const single: Partial<FunctionConfig> = { singleton: { mode: "cancel" } };

  test("S-1 · skip: the row says so and names the run that holds the lock", () => {
    const { write, outcome } = goes({ gates: [locked], holder: "running" }).admission;
    expect(outcome).toMatchObject({ is: "skipped", reason: "Singleton" });
    expect(inserted(write, "runs")).toMatchObject([
      { id: runIdOf(outcome), status: "skipped", queuedAt: NOW, startedAt: null, endedAt: NOW },
    ]);
    expect(inserted(write, "history")).toMatchObject([
      { kind: "run.skipped", data: { reason: "Singleton", existingRunId: "OLD" } },
    ]);
  });

  test("S-2 · cancel: nothing is written before the holder is cancelled, not even the rate", () => {
    const config = { ...undebounced, ...single };
    expect(goes({ config, gates: [locked], holder: "running" }).admission).toEqual({
      write: [],
      outcome: { is: "cancelFirst", cell: singletonCell, holder: "OLD" },
    });
    const { write, outcome } = goes({
      config,
      gates: [locked],
      holder: "cancelled",
      cancelled: "OLD",
    }).admission;
    expect(outcome.is).toBe("started");
    expect(write).toContainEqual({
      put: "gateCells",
      row: singletonHeld(singletonCell, runIdOf(outcome) ?? ""),
    });
  });

  test("a rival took the lock after the cancel: skipped, whatever the mode", () => {
    const rival = singletonHeld(singletonCell, "RIVAL");
    const { write, outcome } = goes({
      config: single,
      gates: [rival],
      holder: "queued",
      cancelled: "OLD",
    }).admission;
    expect(outcome).toMatchObject({ is: "skipped", reason: "Singleton" });
    expect(inserted(write, "history")[0]?.data).toMatchObject({ existingRunId: "RIVAL" });
  });

  test("a paused function cancels nobody", () =>
    expect(
      goes({ config: single, mode: "paused", gates: [locked], holder: "running" }).admission.outcome,
    ).toMatchObject({ is: "skipped", reason: "FunctionPaused" }));
});

describe("pause and drain (semantics §6.11)", () => {
  test.each([
    ["paused", "FunctionPaused"],
    ["drained", "FunctionDrained"],
  ] as const)(
    "K-7 · %s: a skipped row with the reason, and nothing that would ever start it",
    (mode, reason) => {
      const { write, outcome } = goes({ mode, config: { cancelOn: [{ event: "c" }] } }).admission;
      expect(outcome).toMatchObject({ is: "skipped", reason });
      expect(inserted(write, "runs")).toMatchObject([{ status: "skipped", endedAt: NOW }]);
      expect(inserted(write, "history")).toMatchObject([{ kind: "run.skipped", data: { reason } }]);
      expect(tables({ write, outcome }).filter((table) => table === "wakes" || table === "nudges")).toEqual(
        [],
      );
    },
  );

  test("a skipped run holds no lock", () => {
    const { admission } = goes({ mode: "paused", config: { singleton: { mode: "skip" } } });
    expect(keptCells(admission.write)).not.toContain(singletonCell);
  });
});
