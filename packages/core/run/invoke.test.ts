/** `step.invoke` (semantics §7.5): an event that starts a child, and the child's end as the step's result. */
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../model/json.ts";
import type { ChildEnd, Op } from "../model/op.ts";
import type { RunState } from "../model/run.ts";
import type { About } from "./effects.ts";
import {
  answered,
  calls,
  DAY_MS,
  effectsOf,
  ending,
  fresh,
  type Given,
  happened,
  laters,
  laterWake,
  momentAt,
  NOW,
  named,
  notes,
  opened,
  ops,
  result,
  run,
  stored,
} from "./fixtures/samples.ts";
import { record } from "./record.ts";

const invoke = (more: Partial<Extract<Op, { op: "InvokeFunction" }>> = {}): Op => ({
  op: "InvokeFunction",
  function: "app-child",
  payload: { data: { p: 1 } },
  timeout: "10m",
  race: false,
  ...named("i"),
  ...more,
});
const about: Partial<About> = { invocable: (name) => (name === "app-child" ? "CHILD" : null) };

describe("an invoke opens", () => {
  test("ST-13: an event for the child, which names the step that waits, and a timeout", () => {
    const decision = answered(ops(invoke()), { about });
    expect(effectsOf(decision, "invoke")).toEqual([
      {
        do: "invoke",
        functionId: "CHILD",
        route: false,
        event: {
          id: "id1",
          externalId: "id1",
          name: "inngest/function.invoked",
          ts: NOW,
          body: { data: { p: 1, _inngest: { correlation_id: "R.i", fn_id: "CHILD" } } },
        },
      },
    ]);
    expect(laters(decision)).toEqual([{ job: { kind: "timeout", step: "i" }, dueAt: NOW + 600_000 }]);
    expect(decision.state?.open.i).toMatchObject({
      op: "InvokeFunction",
      name: "app-child",
      eventId: "id1",
      until: NOW + 600_000,
    });
    expect(effectsOf(decision, "note")).toMatchObject([
      {
        kind: "step.invoking",
        step: "i",
        data: {
          name: "i",
          function: "app-child",
          functionId: "CHILD",
          eventId: "id1",
          timeout: NOW + 600_000,
        },
      },
    ]);
    expect(calls(decision)).toEqual([]);
  });

  test("user, version and sessions of the payload go along", () => {
    const payload = { data: {}, user: { id: 1 }, v: "2", meta: { sessions: { x: "y" } } };
    const [sent] = effectsOf(answered(ops(invoke({ payload })), { about }), "invoke");
    expect(sent?.event.body).toMatchObject({ user: { id: 1 }, v: "2", meta: { sessions: { x: "y" } } });
  });

  test("what a sender writes under `_inngest` does not steer the answer elsewhere", () => {
    const payload = { data: { _inngest: { correlation_id: "OTHER.step" } } };
    const [sent] = effectsOf(answered(ops(invoke({ payload })), { about }), "invoke");
    expect(sent?.event.body.data._inngest).toEqual({ correlation_id: "R.i", fn_id: "CHILD" });
  });

  test("the event is routed when a function or a wait hears it", () => {
    const name = "inngest/function.invoked";
    for (const hears of [
      { listened: (event: string) => event === name },
      { awaited: new Map([[name, ["*"]]]) },
    ])
      expect(effectsOf(answered(ops(invoke()), { about: { ...about, ...hears } }), "invoke")).toMatchObject([
        { route: true },
      ]);
  });

  test("its rows: event, payload, a start that belongs to no run, a timeout of this one", () => {
    const seen = { run, state: fresh, steps: new Map(), wakes: [] };
    const decision = answered(ops(invoke()), { about });
    const written = record(seen, decision, null, momentAt());
    expect(written).toContainEqual(
      expect.objectContaining({
        insert: "wakes",
        row: expect.objectContaining({
          job: { kind: "invoke", eventId: "id1", functionId: "CHILD" },
          runId: null,
          lane: null,
          dueAt: NOW,
        }),
      }),
    );
    expect(written).toContainEqual({
      insert: "events",
      row: expect.objectContaining({ id: "id1", name: "inngest/function.invoked", internal: true }),
    });
    const timeouts = written.filter((row) => JSON.stringify(row).includes('"timeout","step":"i"'));
    expect(timeouts).toMatchObject([{ insert: "wakes", row: { runId: "R" } }]);
  });

  test("without a timeout it waits for a year", () =>
    expect(laters(answered(ops(invoke({ timeout: "" })), { about }))).toMatchObject([
      { dueAt: NOW + 365 * DAY_MS },
    ]));

  test("a timeout over 366 days ends the run", () =>
    expect(ending(answered(ops(invoke({ timeout: "367d" })), { about }))).toMatchObject({
      output: { error: { name: "InngestErrTimeoutTooLong" } },
    }));

  test("the same op again starts no second child", () => {
    const state = { open: opened("InvokeFunction", "i"), group: 1 };
    expect(answered(ops(invoke()), { about, state }).effects).toEqual([]);
    expect(effectsOf(answered(ops(invoke()), { about, steps: ["i"] }), "invoke")).toEqual([]);
  });

  test("ST-16: an unknown function is the step's error, and the run goes on", () => {
    const decision = answered(ops(invoke({ function: "app-gone" })), { about });
    expect(result(decision)).toEqual({
      type: "error",
      error: { name: "FunctionNotFound", message: "could not find function with ID: app-gone" },
    });
    expect([effectsOf(decision, "invoke"), laters(decision)]).toEqual([[], []]);
    expect(calls(decision)).toEqual([{ target: null, attempt: 0, dueAt: null }]);
    expect(decision.state).toMatchObject({ open: {}, group: 0 });
  });
});

describe("an invoke ends", () => {
  const open: RunState["open"] = opened("InvokeFunction", "i", { name: "app-child", eventId: "E2" });
  const wakes = [
    laterWake("c", { kind: "child-ended", step: "i", childId: "C", eventId: "E3" }),
    laterWake("t", { kind: "timeout", step: "i" }, NOW + 9),
  ];
  const given: Given = { state: { open, group: 1 }, wakes };
  const ended = (child: Partial<ChildEnd>, more: Given = {}) =>
    happened(
      {
        is: "childEnded",
        wakeId: "c",
        step: "i",
        child: { runId: "C", eventId: "E3", status: "completed", output: null, ...child },
      },
      { ...given, ...more },
    );

  test.each<[string, Partial<ChildEnd>, JsonObject, string]>([
    ["a result", { output: { data: 7 } }, { type: "data", data: 7 }, "completed"],
    ["no result", { output: { data: null } }, { type: "data", data: null }, "completed"],
    ["nothing stored", { output: null }, { type: "data", data: null }, "completed"],
    [
      "ST-14: a failure",
      { status: "failed", output: { error: { name: "E", message: "m", cause: 1 } } },
      { type: "error", error: { name: "E", message: "m", cause: 1 } },
      "failed",
    ],
    [
      "a cancel is an error, not a result",
      { status: "cancelled", output: { data: { name: "Cancelled", message: "x" } } },
      {
        type: "error",
        error: { name: "InvokedFunctionCancelled", message: "the invoked run C was cancelled" },
      },
      "failed",
    ],
  ])("with %s", (_case, child, expected, status) => {
    const decision = ended(child);
    expect(effectsOf(decision, "storeStep")).toMatchObject([
      { result: expected, step: { id: "i", op: "InvokeFunction", status, attempts: 1 } },
    ]);
    expect(effectsOf(decision, "dropWake").map(({ wakeId }) => wakeId)).toEqual(["c", "t"]);
    expect(effectsOf(decision, "note")).toMatchObject([
      { kind: "step.returned", step: "i", data: { runId: "C", eventId: "E3" } },
    ]);
    // A failed child is not started again by its parent.
    expect(calls(decision)).toEqual([{ target: null, attempt: 0, dueAt: null }]);
  });

  test("ST-15: its timeout is the step's error; what the child says later changes nothing", () => {
    const decision = happened({ is: "woke", wakeId: "t" }, given);
    expect(result(decision)).toEqual({
      type: "error",
      error: {
        name: "InngestInvokeTimeoutError",
        message: "timed out waiting for the invoked function app-child to complete",
      },
    });
    expect(notes(decision)).toEqual([["step.timedOut", "i"]]);
    const late = ended({ output: { data: 7 } }, { state: {}, steps: ["i"] });
    expect(late.effects).toEqual([{ do: "dropWake", wakeId: "c" }]);
  });

  test("the same end told twice is heard once", () => {
    expect(ended({ output: { data: 7 } }, { wakes: [] }).effects).toEqual([]);
    expect(stored(ended({}, { state: {}, steps: ["i"] }))).toEqual([]);
  });

  test("a child may not answer for a step that is no invoke", () =>
    expect(stored(ended({}, { state: { open: opened("WaitForEvent", "i"), group: 1 } }))).toEqual([]));
});

describe("the end of a run that was invoked", () => {
  const invoked = (correlation: unknown): JsonObject => ({
    name: "inngest/function.invoked",
    data: { _inngest: { correlation_id: correlation as string, fn_id: "F" } },
  });
  const of = (...events: JsonObject[]): Given => ({
    run: { eventName: "inngest/function.invoked" },
    state: { discovering: true },
    about: { trigger: { event: events[0] ?? {}, events } },
  });
  const returned = { is: "returned" as const, output: 7, requestVersion: 2 as const };
  const finished = (given: Given) =>
    effectsOf(answered(returned, given), "send").find(
      ({ event }) => event.name === "inngest/function.finished",
    );

  test("its finished event carries the correlation id, and the parent is told once", () => {
    const given = of(invoked("P.step"));
    const event = finished(given)?.event;
    expect(event?.body.data).toMatchObject({
      correlation_id: "P.step",
      result: 7,
      run_id: "R",
      function_id: "app-fn",
      _inngest: { status: "Completed" },
    });
    expect(effectsOf(answered(returned, given), "tellParent")).toEqual([
      { do: "tellParent", parent: "P", step: "step", eventId: event?.id },
    ]);
  });

  test.each<[string, (given: Given) => ReturnType<typeof happened>, string]>([
    [
      "a failure",
      (given) =>
        answered(
          { is: "broke", error: { name: "E", message: "m" }, retry: { is: "never" }, requestVersion: 2 },
          given,
        ),
      "Failed",
    ],
    ["a cancel", (given) => happened({ is: "cancelled", cause: "x" }, given), "Cancelled"],
  ])("%s is told, too", (_case, end, status) => {
    const decision = end(of(invoked("P.step")));
    expect(effectsOf(decision, "tellParent")).toHaveLength(1);
    const [sent] = effectsOf(decision, "send");
    expect(sent?.event.body.data).toMatchObject({ correlation_id: "P.step", _inngest: { status } });
  });

  test("a run of another function that listens to the event does not answer for the invoked one", () => {
    const given = of({
      name: "inngest/function.invoked",
      data: { _inngest: { correlation_id: "P.s", fn_id: "G" } },
    });
    expect(effectsOf(answered(returned, given), "tellParent")).toEqual([]);
    expect(finished(given)?.event.body.data).not.toHaveProperty("correlation_id");
  });

  test("the parent's wake names child, step and event", () => {
    const seen = { run, state: fresh, steps: new Map(), wakes: [] };
    const rows = record(seen, answered(returned, of(invoked("P.step"))), null, momentAt());
    expect(rows).toContainEqual({
      insert: "wakes",
      row: expect.objectContaining({
        runId: "P",
        lane: null,
        dueAt: NOW,
        job: { kind: "child-ended", step: "step", childId: "R", eventId: expect.any(String) },
      }),
    });
  });

  test("each caller of a batch is told", () =>
    expect(
      effectsOf(answered(returned, of(invoked("P.a"), invoked("Q.b"))), "tellParent").map((e) => e.parent),
    ).toEqual(["P", "Q"]));

  test.each([["x"], [""], [".step"], [7], [null]])("%j is no correlation id", (correlation) => {
    const given = of(invoked(correlation));
    expect(effectsOf(answered(returned, given), "tellParent")).toEqual([]);
    expect(finished(given)?.event.body.data).not.toHaveProperty("correlation_id");
  });

  test("a run of another event tells nobody, whatever its data says", () => {
    const event = { name: "t/e", data: { _inngest: { correlation_id: "P.step" } } };
    const given = { ...of(event), run: { eventName: "t/e" } };
    expect(effectsOf(answered(returned, given), "tellParent")).toEqual([]);
  });

  test("a parent that is cancelled leaves the child alone", () => {
    const state = { open: opened("InvokeFunction", "i"), group: 1 };
    const { effects } = happened({ is: "cancelled", cause: "x" }, { state });
    expect(effects.map((effect) => effect.do)).toEqual(["end", "send", "send"]);
  });
});
