/** Groups of waits, timers, children and requests obey the numbered rules of wire.md §6.3 like planned steps do. */
import { describe, expect, test } from "vitest";
import type { Op, RunInput } from "../model/op.ts";
import type { RunState } from "../model/run.ts";
import {
  answered,
  calls,
  effectsOf,
  type Given,
  happened,
  laterWake,
  NOW,
  named,
  opened,
  ops,
  plan,
  stepRun,
  stored,
} from "./fixtures/samples.ts";

/** The ways in which an open op `x` ends without a call. */
const ends: readonly (readonly [string, RunState["open"], RunInput])[] = [
  ["a sleep", opened("Sleep", "x"), { is: "woke", wakeId: "sleep" }],
  [
    "an event",
    opened("WaitForEvent", "x"),
    { is: "matched", step: "x", eventId: "E2", event: { name: "t/w" } },
  ],
  ["the timeout of a wait", opened("WaitForEvent", "x"), { is: "woke", wakeId: "timeout" }],
  ["a signal", opened("WaitForSignal", "x"), { is: "signalled", step: "x", signal: "x", data: null }],
  [
    "a child",
    opened("InvokeFunction", "x"),
    {
      is: "childEnded",
      wakeId: "child",
      step: "x",
      child: { runId: "C", eventId: "E3", status: "failed", output: { error: { name: "E", message: "m" } } },
    },
  ],
  ["the timeout of an invoke", opened("InvokeFunction", "x"), { is: "woke", wakeId: "timeout" }],
  [
    "a request",
    opened("AIGateway", "x"),
    { is: "fetched", wakeId: "fetch", step: "x", attempt: 0, fetched: { data: 1 } },
  ],
];
const wakes = [
  laterWake("sleep", { kind: "sleep", step: "x" }),
  laterWake("timeout", { kind: "timeout", step: "x" }),
  laterWake("child", { kind: "child-ended", step: "x", childId: "C", eventId: "E3" }),
  laterWake("fetch", { kind: "fetch", step: "x", attempt: 0 }),
];
const when = (input: RunInput, state: Partial<RunState>, more: Given = {}) =>
  happened(input, { state, wakes, ...more });
const discovery = { target: null, attempt: 0, dueAt: null };

describe.each(ends)("%s", (_name, open, input) => {
  test("rule 4: alone, it is followed by a call that may run what comes next", () => {
    const decision = when(input, { open, group: 1 });
    expect(calls(decision)).toEqual([discovery]);
    expect(decision.state).toMatchObject({ plan: false, group: 0, open: {}, discovering: true });
  });

  test("rule 2: as the last of a group, it is followed by one call that plans", () => {
    const decision = when(input, { open, group: 3 });
    expect(calls(decision)).toEqual([discovery]);
    expect(decision.state).toMatchObject({ plan: true, group: 0, open: {} });
  });

  test("rule 2: before others of its group, it is followed by nothing", () => {
    const decision = when(input, { open: { ...open, ...opened("StepPlanned", "b") }, group: 2 });
    expect(stored(decision)).toEqual(["x"]);
    expect(calls(decision)).toEqual([]);
    expect(decision.state).toMatchObject({ group: 2, discovering: false });
  });

  test.each<[string, Partial<RunState>]>([
    ["version 1", { requestVersion: 1 }],
    ["a race", { race: true }],
  ])("rule 3: in %s the function is entered after each end", (_case, mode) => {
    const both = { ...open, ...opened("StepPlanned", "b") };
    const early = when(input, { open: both, group: 2, ...mode });
    expect(calls(early)).toEqual([discovery]);
    // What is still open makes the call plan, whatever this says.
    expect(early.state).toMatchObject({ group: 2, open: { b: {} } });
    const last = when(input, { open, group: 2, ...mode });
    expect(last.state).toMatchObject({ plan: true, group: 0, race: false });
  });

  test("rule 7: while a discovery is out, the next one is only remembered", () => {
    const decision = when(input, { open, group: 1, discovering: true });
    expect(calls(decision)).toEqual([]);
    expect(decision.state).toMatchObject({ again: true, discovering: true, plan: false });
  });

  test("rules 2 and 7: the remembered one plans when a group has ended", () => {
    const early = when(input, { open, group: 2, discovering: true });
    expect(early.state).toMatchObject({ again: true, plan: true });
    const late = answered(ops(plan("x")), { steps: ["x"], ...(early.state && { state: early.state }) });
    expect(calls(late)).toEqual([discovery]);
    expect(late.state).toMatchObject({ again: false, plan: true });
  });

  test("its result counts against the state limit", () => {
    const { state } = when(input, { open, group: 1 });
    expect(state?.bytes).toBeGreaterThan(3);
    const bytes = state?.bytes ?? 0;
    const about = { maxStateBytes: bytes - 1 };
    expect(effectsOf(when(input, { open, group: 1 }, { about }), "end")).toMatchObject([
      { status: "failed", output: { error: { name: "InngestErrStateOverflowed" } } },
    ]);
    expect(effectsOf(when(input, { open, group: 1 }, { about: { maxStateBytes: bytes } }), "end")).toEqual(
      [],
    );
  });

  test("it counts as a step: the last one that is allowed ends the run", () => {
    const decision = when(input, { open, group: 1 }, { about: { maxSteps: 1 } });
    expect(effectsOf(decision, "end")).toMatchObject([
      { status: "failed", output: { error: { name: "InngestErrFunctionOverflowed" } } },
    ]);
    expect(calls(decision)).toEqual([]);
  });
});

describe("a group of several kinds", () => {
  const wait: Op = { op: "WaitForEvent", event: "t/w", timeout: "1h", if: null, race: false, ...named("w") };
  const signal: Op = {
    op: "WaitForSignal",
    signal: "s",
    timeout: "1h",
    replace: false,
    race: false,
    ...named("s"),
  };
  const invoke: Op = {
    op: "InvokeFunction",
    function: "f",
    payload: { data: {} },
    timeout: "1h",
    race: false,
    ...named("i"),
  };
  const request = { method: "GET", url: "http://h", headers: {}, body: null };
  const gateway: Op = { op: "Gateway", request, race: false, ...named("g") };
  const sleep: Op = { op: "Sleep", name: "1h", race: false, ...named("z") };
  const about = { invocable: () => "CHILD" };

  test("all are open together, and only the planned step has a call", () => {
    const decision = answered(ops(gateway, invoke, plan("a"), sleep, signal, wait), { about });
    expect(Object.keys(decision.state?.open ?? {}).sort()).toEqual(["a", "g", "i", "s", "w", "z"]);
    expect(decision.state).toMatchObject({ group: 6, discovering: false });
    expect(calls(decision)).toEqual([{ target: "a", attempt: 0, dueAt: null }]);
  });

  test("an unknown function of a group is an end among others: nothing is entered before the rest has ended", () => {
    const decision = answered(ops(wait, { ...invoke, function: "gone" }), {
      about: { invocable: () => null },
    });
    expect(stored(decision)).toEqual(["i"]);
    expect(calls(decision)).toEqual([]);
    expect(decision.state?.open).toHaveProperty("w");
  });

  test.each([wait, signal, invoke, gateway, sleep])("$op in a race makes the run a racing one", (op) => {
    const decision = answered(ops({ ...op, race: true } as Op, plan("a")), { about });
    expect(decision.state?.race).toBe(true);
  });

  test("the last to end is a step that ran: what follows may run at once", () => {
    const state = { open: opened("StepPlanned", "a"), group: 2 };
    const decision = answered(ops(stepRun("a")), { target: "a", steps: ["w"], state });
    expect(decision.state).toMatchObject({ plan: false, discovering: true });
  });

  test("a discovery that lists only what has ended meanwhile is followed by the remembered one, at once", () => {
    const late = answered(ops(sleep), { steps: ["z"], state: { again: true, race: false } });
    expect(calls(late)).toEqual([discovery]);
    expect(late.state).toMatchObject({ again: false, discovering: true });
  });

  test("an empty list with nothing open and nothing remembered is asked again a second later", () =>
    expect(calls(answered(ops()))).toEqual([{ ...discovery, dueAt: NOW + 1000 }]));

  test("a discovery that asks to be asked again is, even beside open ops", () => {
    const again: Op = { op: "DiscoveryRequest", ...named("d") };
    const state = { open: opened("Sleep", "z"), group: 1 };
    expect(calls(answered(ops(again), { state }))).toEqual([discovery]);
  });
});
