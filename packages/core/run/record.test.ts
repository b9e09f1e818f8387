/** What the effects of waits mean in rows, and what goes with a run that ends. */
import { describe, expect, test } from "vitest";
import type { RunDecision } from "./decide.ts";
import type { Effect } from "./effects.ts";
import {
  effectsOf,
  fresh,
  happened,
  laterWake,
  leaseOf,
  momentAt,
  NOW,
  opened,
  run,
  waitRow,
} from "./fixtures/samples.ts";
import { record } from "./record.ts";

const seen = { run, state: fresh, steps: new Map(), wakes: [] };
const rowsOf = (...effects: Effect[]) => {
  const decision: RunDecision = { effects, state: null };
  return record(seen, decision, null, momentAt());
};

describe("an effect in rows", () => {
  test("a wait: its row, and the paths that may be there already", () => {
    const { seq: _given, ...row } = waitRow("w");
    const paths = [
      { name: "t/w", path: "data.id" },
      { name: "t/w", path: "*" },
    ];
    expect(rowsOf({ do: "wait", row, paths })).toEqual([
      { insert: "waits", row },
      { insert: "waitPaths", row: paths[0], orIgnore: true },
      { insert: "waitPaths", row: paths[1], orIgnore: true },
    ]);
  });

  test("a wait that is over", () =>
    expect(rowsOf({ do: "dropWait", waitId: "w" })).toEqual([{ remove: "waits", key: { id: "w" } }]));

  test("something kept stays as it was first; null takes it away", () => {
    expect(rowsOf({ do: "keep", name: "input:a", value: [1] })).toEqual([
      { insert: "payloads", row: { owner: "R", name: "input:a", value: [1] }, orIgnore: true },
    ]);
    expect(rowsOf({ do: "keep", name: "input:a", value: null })).toEqual([
      { remove: "payloads", key: { owner: "R", name: "input:a" } },
    ]);
  });

  test("a timer of the run is in no lane, and due in time", () =>
    expect(rowsOf({ do: "later", job: { kind: "timeout", step: "w" }, dueAt: NOW + 5 })).toMatchObject([
      {
        insert: "wakes",
        row: { runId: "R", lane: null, dueAt: NOW + 5, job: { kind: "timeout", step: "w" } },
      },
    ]));
});

describe("the end of a run", () => {
  const open = { ...opened("WaitForEvent", "w", { waits: ["w1"] }), ...opened("InvokeFunction", "i") };
  const wakes = [
    laterWake("t", { kind: "timeout", step: "w" }),
    laterWake("d", { kind: "deadline", which: "finish" }),
    laterWake("c", { kind: "child-ended", step: "i", childId: "C", eventId: "E3" }),
  ];
  const cancelled = happened({ is: "cancelled", cause: "x" }, { state: { open, group: 2 }, wakes });
  const rows = record({ ...seen, wakes }, cancelled, leaseOf(), momentAt());

  test("takes its waits, its timers and its state with it, and frees its lease", () => {
    expect(rows).toContainEqual({ clear: "waits", runId: "R" });
    for (const id of ["t", "d", "c"]) expect(rows).toContainEqual({ remove: "wakes", key: { id } });
    expect(rows).toContainEqual({ remove: "runStates", key: { runId: "R" } });
    expect(rows).toContainEqual({ update: "leases", key: { id: "L" }, set: { freed: true } });
    expect(rows.some((row) => "update" in row && row.update === "runStates")).toBe(false);
  });

  test("is routed to the waits that hear of it, and only then", () => {
    const ofNobody = effectsOf(cancelled, "send").map(({ route }) => route);
    const awaited = new Map([["inngest/function.cancelled", ["*"]]]);
    const heard = happened({ is: "cancelled", cause: "x" }, { about: { awaited } });
    expect(ofNobody).toEqual([false, false]);
    expect(effectsOf(heard, "send").map(({ event, route }) => [event.name, route])).toEqual([
      ["inngest/function.finished", false],
      ["inngest/function.cancelled", true],
    ]);
  });
});
