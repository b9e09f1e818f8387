/** `step.waitForEvent` and `step.waitForSignal` (semantics §7.3, §7.4): rows and timers when they open, one end each. */
import { describe, expect, test } from "vitest";
import type { Op } from "../model/op.ts";
import type { RunState } from "../model/run.ts";
import {
  answered,
  calls,
  DAY_MS,
  effectsOf,
  ending,
  happened,
  laters,
  laterWake,
  NOW,
  named,
  notes,
  opened,
  ops,
  result,
  stepRun,
  stored,
  waitRow,
} from "./fixtures/samples.ts";

const YEAR_MS = 365 * DAY_MS;
const wait = (more: Partial<Extract<Op, { op: "WaitForEvent" }>> = {}, id = "w"): Op => ({
  op: "WaitForEvent",
  event: "t/w",
  timeout: "1h",
  if: null,
  race: false,
  ...named(id),
  ...more,
});
const signalWait = (more: Partial<Extract<Op, { op: "WaitForSignal" }>> = {}, id = "s"): Op => ({
  op: "WaitForSignal",
  signal: "s/1",
  timeout: "1h",
  replace: false,
  race: false,
  ...named(id),
  ...more,
});
const error = (name: string, message: RegExp) => ({
  status: "failed",
  output: { error: { name, message: expect.stringMatching(message), error: expect.stringContaining(name) } },
});

describe("a wait for an event opens", () => {
  test("a row without condition is found by every event of the name, and has a timeout", () => {
    const decision = answered(ops(wait()));
    expect(effectsOf(decision, "wait")).toEqual([
      {
        do: "wait",
        row: {
          id: "id1",
          kind: "event",
          name: "t/w",
          anchor: "*",
          runId: "R",
          step: "w",
          expression: null,
          openedAt: NOW,
          until: NOW + 3_600_000,
        },
        paths: [{ name: "t/w", path: "*" }],
      },
    ]);
    expect(laters(decision)).toEqual([{ job: { kind: "timeout", step: "w" }, dueAt: NOW + 3_600_000 }]);
    expect(decision.state?.open).toMatchObject({
      w: { op: "WaitForEvent", name: "t/w", until: NOW + 3_600_000, waits: ["id1"], since: NOW },
    });
    expect(effectsOf(decision, "note")).toMatchObject([
      {
        kind: "step.waiting",
        step: "w",
        data: { name: "w", op: "WaitForEvent", event: "t/w", expression: null, timeout: NOW + 3_600_000 },
      },
    ]);
    expect(calls(decision)).toEqual([]);
  });

  test("the values of the trigger are frozen into the condition, and one of them is the anchor", () => {
    const decision = answered(ops(wait({ if: "async.data.id == event.data.id" })));
    const [row] = effectsOf(decision, "wait");
    expect(row?.row.anchor).toBe("data.id\nnumber\n7");
    expect(row?.row.expression).toContain('{"event.data.id":7}');
    expect(row?.paths).toEqual([{ name: "t/w", path: "data.id" }]);
  });

  test("each branch of an `or` is a row of its own, and the step knows them all", () => {
    const decision = answered(ops(wait({ if: "async.data.id == 1 || async.data.other == 'x'" })));
    expect(effectsOf(decision, "wait").map(({ row }) => row.anchor)).toEqual([
      "data.id\nnumber\n1",
      "data.other\nstring\nx",
    ]);
    expect(decision.state?.open.w?.waits).toEqual(["id1", "id2"]);
    expect(laters(decision)).toHaveLength(1);
  });

  test("one that can never be true stores no row, and still times out", () => {
    const decision = answered(ops(wait({ if: "event.data.plan == 'free' && async.data.id == 1" })));
    expect(effectsOf(decision, "wait")).toEqual([]);
    expect(laters(decision)).toHaveLength(1);
    expect(decision.state?.open.w?.waits).toEqual([]);
    const later = happened(
      { is: "woke", wakeId: "t" },
      {
        state: { open: decision.state?.open ?? {}, group: 1 },
        wakes: [laterWake("t", { kind: "timeout", step: "w" })],
      },
    );
    expect(result(later)).toBeNull();
  });

  test("the 17th path of a name is not indexed: the wait is found by every event", () => {
    const paths = Array.from({ length: 16 }, (_, index) => `data.p${index}`);
    const about = { awaited: new Map([["t/w", paths]]) };
    const [other] = effectsOf(answered(ops(wait({ if: "async.data.id == 1" })), { about }), "wait");
    expect([other?.row.anchor, other?.paths]).toEqual(["*", [{ name: "t/w", path: "*" }]]);
    const [known] = effectsOf(answered(ops(wait({ if: "async.data.p3 == 1" })), { about }), "wait");
    expect(known?.row.anchor).toBe("data.p3\nnumber\n1");
    const fifteen = { awaited: new Map([["t/w", paths.slice(1)]]) };
    const [last] = effectsOf(answered(ops(wait({ if: "async.data.id == 1" })), { about: fifteen }), "wait");
    expect(last?.row.anchor).toBe("data.id\nnumber\n1");
  });

  test("an empty timeout is over at once (semantics §7.3)", () =>
    expect(laters(answered(ops(wait({ timeout: "" }))))).toEqual([
      { job: { kind: "timeout", step: "w" }, dueAt: NOW },
    ]));

  test.each<[string, number]>([
    ["2d", NOW + 2 * DAY_MS],
    ["366d", NOW + 366 * DAY_MS],
    ["1970-01-02T00:00:00Z", DAY_MS],
    ["1970-01-01T00:00:01Z", NOW],
  ])("a timeout of %s", (timeout, dueAt) =>
    expect(laters(answered(ops(wait({ timeout }))))).toMatchObject([{ dueAt }]),
  );

  test("a wait that is listed again opens nothing more (rule 5)", () => {
    const again = answered(ops(wait()), {
      state: { open: opened("WaitForEvent", "w", { waits: ["x"] }), group: 1 },
    });
    expect(again.effects).toEqual([]);
    const done = answered(ops(wait()), { steps: ["w"] });
    expect([effectsOf(done, "wait"), laters(done)]).toEqual([[], []]);
  });

  test("waits come before the sends and jobs of the same answer (semantics §7.3)", () => {
    const planned: Op = { op: "StepPlanned", race: false, ...named("send") };
    const kinds = answered(ops(planned, wait())).effects.map((effect) => effect.do);
    expect(kinds.indexOf("wait")).toBeLessThan(kinds.indexOf("call"));
  });
});

describe("a wait that cannot be ends the run, without a retry (semantics §2.5)", () => {
  test.each<[string, Op, object]>([
    [
      "X-11: a condition that does not parse",
      wait({ if: "async.data.id =" }),
      error("InvalidExpression", /wait-for-event "if" of step "w" failed to compile/),
    ],
    ["over 366 days", wait({ timeout: "367d" }), error("InngestErrTimeoutTooLong", /366 days/)],
    ["a far date", wait({ timeout: "2030-01-01T00:00:00Z" }), error("InngestErrTimeoutTooLong", /366 days/)],
    ["a timeout that is none", wait({ timeout: "soon" }), error("InvalidTimeout", /"soon"/)],
    [
      "a signal over 366 days",
      signalWait({ timeout: "367d" }),
      error("InngestErrTimeoutTooLong", /366 days/),
    ],
    ["a signal's timeout that is none", signalWait({ timeout: "1y" }), error("InvalidTimeout", /"1y"/)],
  ])("%s", (_case, op, output) => {
    const decision = answered(ops(op, stepRun("a")));
    expect(ending(decision)).toMatchObject(output);
    expect(calls(decision)).toEqual([]);
    expect(stored(decision)).toEqual(["a"]);
    expect(decision.state).toBeNull();
  });
});

describe("a wait for an event ends once", () => {
  const open: RunState["open"] = opened("WaitForEvent", "w", { name: "t/w", waits: ["w1", "w2"] });
  const wakes = [laterWake("t", { kind: "timeout", step: "w" }, NOW + 9)];
  const event = { name: "t/w", data: { ok: true }, id: "x", ts: 5 };
  const matched = { is: "matched" as const, step: "w", eventId: "E2", event };

  test("the event is the result; rows and timer go; the function is entered again", () => {
    const decision = happened(matched, { state: { open, group: 1 }, wakes });
    expect(effectsOf(decision, "storeStep")).toMatchObject([
      {
        result: { type: "data", data: event },
        step: {
          id: "w",
          op: "WaitForEvent",
          name: "w",
          status: "completed",
          attempts: 1,
          startedAt: 1,
          endedAt: NOW,
        },
      },
    ]);
    expect(effectsOf(decision, "dropWait").map(({ waitId }) => waitId)).toEqual(["w1", "w2"]);
    expect(effectsOf(decision, "dropWake").map(({ wakeId }) => wakeId)).toEqual(["t"]);
    expect(effectsOf(decision, "note")).toMatchObject([
      { kind: "step.matched", step: "w", data: { eventId: "E2" } },
    ]);
    expect(calls(decision)).toEqual([{ target: null, attempt: 0, dueAt: null }]);
    expect(decision.state).toMatchObject({ open: {}, plan: false, stored: 1 });
  });

  test("a second event finds nothing to end", () =>
    expect(happened(matched, { steps: ["w"] }).effects).toEqual([]));

  test("its timeout gives null, takes the rows away, and the run goes on", () => {
    const decision = happened({ is: "woke", wakeId: "t" }, { state: { open, group: 1 }, wakes });
    expect(effectsOf(decision, "storeStep")).toMatchObject([{ result: null, step: { status: "completed" } }]);
    expect(effectsOf(decision, "dropWait")).toHaveLength(2);
    expect(effectsOf(decision, "dropWake")).toEqual([{ do: "dropWake", wakeId: "t" }]);
    expect(notes(decision)).toEqual([["step.timedOut", "w"]]);
    expect(calls(decision)).toHaveLength(1);
    expect(ending(decision)).toBeUndefined();
  });

  test("a timeout that is late only goes away", () =>
    expect(happened({ is: "woke", wakeId: "t" }, { steps: ["w"], wakes }).effects).toEqual([
      { do: "dropWake", wakeId: "t" },
    ]));

  test("an event does not end what is no wait for one", () => {
    for (const op of ["WaitForSignal", "Sleep", "InvokeFunction", "Gateway", "StepPlanned"] as const)
      expect(happened(matched, { state: { open: opened(op, "w"), group: 1 }, wakes }).effects).toEqual([]);
  });

  test("the timer of another step stays", () => {
    const other = laterWake("u", { kind: "timeout", step: "v" });
    const decision = happened(matched, { state: { open, group: 1 }, wakes: [other, ...wakes] });
    expect(effectsOf(decision, "dropWake").map(({ wakeId }) => wakeId)).toEqual(["t"]);
  });
});

describe("signals (semantics §7.4)", () => {
  const other = waitRow("other", { kind: "signal", name: "s/1", anchor: "signal", runId: "R2", step: "x" });
  const signals = new Map([["s/1", [other]]]);

  test("a wait has one row under the anchor of signals, and a timeout", () => {
    const decision = answered(ops(signalWait()));
    expect(effectsOf(decision, "wait")).toMatchObject([
      {
        row: {
          kind: "signal",
          name: "s/1",
          anchor: "signal",
          step: "s",
          expression: null,
          until: NOW + 3_600_000,
        },
        paths: [],
      },
    ]);
    expect(laters(decision)).toEqual([{ job: { kind: "timeout", step: "s" }, dueAt: NOW + 3_600_000 }]);
    expect(decision.state?.open.s).toMatchObject({ op: "WaitForSignal", name: "s/1", waits: ["id1"] });
  });

  test("without a timeout it waits for a year", () =>
    expect(laters(answered(ops(signalWait({ timeout: "" }))))).toMatchObject([{ dueAt: NOW + YEAR_MS }]));

  test("ST-11: a second waiter fails, and the first is left alone", () => {
    const decision = answered(ops(signalWait()), { about: { signals } });
    expect(ending(decision)).toMatchObject(
      error("SignalConflict", /a signal wait for "s\/1" already exists/),
    );
    expect([effectsOf(decision, "wait"), effectsOf(decision, "dropWait")]).toEqual([[], []]);
  });

  test("a waiter whose time is over is none", () => {
    const late = new Map([["s/1", [{ ...other, until: NOW }]]]);
    const decision = answered(ops(signalWait()), { about: { signals: late } });
    expect(ending(decision)).toBeUndefined();
    expect(effectsOf(decision, "wait")).toHaveLength(1);
  });

  test("a waiter for another signal is none", () =>
    expect(
      effectsOf(answered(ops(signalWait({ signal: "s/2" })), { about: { signals } }), "wait"),
    ).toHaveLength(1));

  test("`replace` takes the signal away from the first", () => {
    const decision = answered(ops(signalWait({ replace: true })), { about: { signals } });
    expect(effectsOf(decision, "dropWait")).toEqual([{ do: "dropWait", waitId: "other" }]);
    expect(effectsOf(decision, "wait")).toHaveLength(1);
    expect(ending(decision)).toBeUndefined();
  });

  test("the same step again is no conflict", () => {
    const mine = new Map([["s/1", [{ ...other, runId: "R", step: "s" }]]]);
    const state = { open: opened("WaitForSignal", "s", { name: "s/1", waits: ["other"] }), group: 1 };
    expect(answered(ops(signalWait()), { about: { signals: mine }, state }).effects).toEqual([]);
  });

  test("two waits for one signal in one answer are a conflict", () =>
    expect(ending(answered(ops(signalWait({}, "s"), signalWait({}, "s2"))))).toMatchObject(
      error("SignalConflict", /already exists/),
    ));

  const state = { open: opened("WaitForSignal", "s", { name: "s/1", waits: ["w1"] }), group: 1 };
  const signalled = { is: "signalled" as const, step: "s", signal: "s/1", data: { ok: 1 } };

  test("the signal and its data are the result", () => {
    const wakes = [laterWake("t", { kind: "timeout", step: "s" })];
    const decision = happened(signalled, { state, wakes });
    expect(result(decision)).toEqual({ type: "data", data: { signal: "s/1", data: { ok: 1 } } });
    expect(effectsOf(decision, "dropWait")).toHaveLength(1);
    expect(effectsOf(decision, "dropWake")).toHaveLength(1);
    expect(effectsOf(decision, "note")).toMatchObject([{ kind: "step.matched", data: { signal: "s/1" } }]);
    expect(calls(decision)).toHaveLength(1);
  });

  test("a signal nobody waits for does nothing", () => {
    expect(happened({ ...signalled, signal: "s/2" }, { state }).effects).toEqual([]);
    expect(happened(signalled, { steps: ["s"] }).effects).toEqual([]);
  });

  test("its timeout gives null", () => {
    const wakes = [laterWake("t", { kind: "timeout", step: "s" })];
    expect(result(happened({ is: "woke", wakeId: "t" }, { state, wakes }))).toBeNull();
  });
});
