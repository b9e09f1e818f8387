/** An invoked function that does not start for a step makes the step fail at once (semantics §6.4, §7.5). */
import { describe, expect, test } from "vitest";
import type { FunctionConfig, FunctionMode } from "../model/function.ts";
import type { GateCellRow } from "../model/queue.ts";
import { momentAt, NOW } from "../run/fixtures/samples.ts";
import { type Admission, admit } from "./admission.ts";
import {
  admissionSeen,
  candidateFor,
  cellsByKey,
  eventOf,
  functionOf,
  inserted,
} from "./fixtures/gate-samples.ts";
import { singletonHeld } from "./gates/singleton.ts";

const invocation = eventOf(
  { _inngest: { correlation_id: "PARENT.STEP", fn_id: "F" }, id: "{" },
  { name: "inngest/function.invoked" },
);
const rateLimit = { limit: 1, periodMs: 60_000, option: "rateLimit" as const };
const exhausted: GateCellRow = {
  key: "rate:F:rateLimit::",
  state: { v: 1, fullAt: NOW + 60_000 },
  expiresAt: NOW + 60_000,
};

function invoked(
  config: Partial<FunctionConfig>,
  gates: GateCellRow[] = [],
  mode: FunctionMode = "active",
): Admission {
  const seen = admissionSeen({
    gates: cellsByKey(...gates),
    holders: new Map([["singleton:F::", "running"]]),
  });
  const candidate = candidateFor(functionOf(config, { mode }), invocation, { onceKey: "once" });
  return admit(candidate, seen, () => "v", momentAt());
}
const refusals = ({ write }: Admission) =>
  inserted(write, "wakes").filter(({ job }) => job.kind === "child-refused");

describe("the step that invoked it is told why", () => {
  test.each<[string, Admission, string]>([
    ["RL-5 · rate limited", invoked({ rateLimit }, [exhausted]), "function app-fn is rate limited"],
    ["paused", invoked({}, [], "paused"), "the invoked run was skipped: FunctionPaused"],
    ["drained", invoked({}, [], "drained"), "the invoked run was skipped: FunctionDrained"],
    [
      "skipped by its singleton",
      invoked({ singleton: { mode: "skip" } }, [singletonHeld("singleton:F::", "OLD")]),
      "the invoked run was skipped: Singleton",
    ],
  ])("%s", (_case, admission, message) =>
    expect(refusals(admission)).toMatchObject([
      {
        runId: "PARENT",
        lane: null,
        dueAt: NOW,
        job: { kind: "child-refused", step: "STEP", message },
      },
    ]),
  );

  test("its batch key cannot be evaluated: refused, and only that is written down", () => {
    const admission = invoked({ batch: { maxSize: 2, timeoutMs: 1000, key: "json_parse(event.data.id)" } });
    expect(admission.outcome).toEqual({ is: "refused" });
    expect(refusals(admission)).toMatchObject([
      { job: { message: expect.stringContaining("the batch key of app-fn cannot be evaluated") } },
    ]);
    expect(admission.write).toHaveLength(2);
    expect(inserted(admission.write, "outcomes")).toMatchObject([{ outcome: "refused" }]);
  });

  test.each<[string, Admission]>([
    ["it starts", invoked({})],
    ["it waits in a debounce", invoked({ debounce: { periodMs: 5000 } })],
    ["it waits in a batch", invoked({ batch: { maxSize: 2, timeoutMs: 5000 } })],
  ])("nobody is told when %s", (_case, admission) => expect(refusals(admission)).toEqual([]));

  test("a function that only listens to the event does not answer for the one that was invoked", () => {
    const listener = { ...functionOf({}, { mode: "paused" }), id: "G" };
    const { write } = admit(candidateFor(listener, invocation), admissionSeen(), () => "v", momentAt());
    expect(inserted(write, "wakes")).toEqual([]);
  });

  test("its rate limit key cannot be evaluated: refused, and only that is written down", () => {
    const admission = invoked({ rateLimit: { ...rateLimit, key: "json_parse(event.data.id)" } });
    expect(admission.outcome).toEqual({ is: "refused" });
    expect(refusals(admission)).toMatchObject([
      { job: { message: expect.stringContaining("the rate limit key of app-fn cannot be evaluated: ") } },
    ]);
    expect(admission.write).toHaveLength(2);
    expect(inserted(admission.write, "outcomes")).toMatchObject([{ outcome: "refused" }]);
  });

  test("a batch that is skipped tells all steps that invoked it, each once", () => {
    const gates = new Map<string, GateCellRow>();
    const fn = functionOf({ batch: { maxSize: 3, timeoutMs: 5000 } }, { mode: "paused" });
    const outcomes = ["ONE.s", "TWO.t", null].map((id, n) => {
      const data = id === null ? {} : { _inngest: { correlation_id: id, fn_id: "F" } };
      const name = id === null ? "t/e" : "inngest/function.invoked";
      const candidate = candidateFor(fn, eventOf(data, { name }), { eventId: `E${n}` });
      return admit(candidate, admissionSeen({ gates }), () => "v", momentAt());
    });
    expect(outcomes.map(({ outcome }) => outcome.is)).toEqual(["batched", "batched", "skipped"]);
    expect(outcomes.slice(0, 2).flatMap(refusals)).toEqual([]);
    const message = "the invoked run was skipped: FunctionPaused";
    expect(refusals(outcomes[2] as Admission)).toMatchObject([
      { runId: "ONE", job: { kind: "child-refused", step: "s", message } },
      { runId: "TWO", job: { kind: "child-refused", step: "t", message } },
    ]);
  });

  test("an event of another name has no step behind it, whatever its data say", () => {
    const candidate = candidateFor(
      functionOf({}, { mode: "paused" }),
      eventOf({ _inngest: { correlation_id: "PARENT.STEP", fn_id: "F" } }),
    );
    const { write } = admit(candidate, admissionSeen(), () => "v", momentAt());
    expect(inserted(write, "wakes")).toEqual([]);
  });
});
