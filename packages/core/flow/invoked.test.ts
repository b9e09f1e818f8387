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
  { _inngest: { correlation_id: "PARENT.STEP" }, id: "{" },
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

  test("its batch key cannot be evaluated: refused, and nothing else is written", () => {
    const admission = invoked({ batch: { maxSize: 2, timeoutMs: 1000, key: "json_parse(event.data.id)" } });
    expect(admission.outcome).toEqual({ is: "refused" });
    expect(refusals(admission)).toMatchObject([
      { job: { message: expect.stringContaining("the batch key of app-fn cannot be evaluated") } },
    ]);
    expect(admission.write).toHaveLength(1);
  });

  test.each<[string, Admission]>([
    ["it starts", invoked({})],
    ["it waits in a debounce", invoked({ debounce: { periodMs: 5000 } })],
    ["it waits in a batch", invoked({ batch: { maxSize: 2, timeoutMs: 5000 } })],
  ])("nobody is told when %s", (_case, admission) => expect(refusals(admission)).toEqual([]));

  test("an event of another name has no step behind it, whatever its data say", () => {
    const candidate = candidateFor(
      functionOf({}, { mode: "paused" }),
      eventOf({ _inngest: { correlation_id: "PARENT.STEP" } }),
    );
    const { write } = admit(candidate, admissionSeen(), () => "v", momentAt());
    expect(inserted(write, "wakes")).toEqual([]);
  });
});
