import { expect, test } from "vitest";
import { aRun, aSpan, aStep } from "../waterfall/fixtures.ts";
import { planRerun, readInput, rerunnableSteps, stepIdOf, takesInput } from "./rerun-plan.ts";

const run = aRun({ queued: 0, started: 0, ended: 90 }, [
  aStep("load", { started: 0, ended: 10 }),
  aStep("slow", { started: 10, ended: 60 }),
  aStep("fast", { started: 10, ended: 20 }, { stepOp: "SLEEP" }),
  aStep("charge", { started: 60, ended: 90 }, { status: "FAILED", input: [{ amount: 5 }] }),
  aStep("open", { started: 60, ended: 90 }, { status: "CANCELLED" }),
  aSpan("R.final", { ended: 90 }, { name: "Finalization" }),
]);
const names = (spans: { name: string }[]) => spans.map(({ name }) => name);

test("results are kept in the order in which they came in", () => {
  const plan = planRerun(run, "R.slow");
  expect(names(plan.kept)).toEqual(["load", "fast"]);
  expect(names(plan.again)).toEqual(["slow", "charge", "open"]);
  expect(names(planRerun(run, "R.fast").acting)).toEqual(["slow", "charge", "open"]);
  expect(planRerun(run, "R.load").kept).toEqual([]);
});

test("only steps with a result can be begun with", () => {
  expect(names(rerunnableSteps(run))).toEqual(["load", "fast", "slow", "charge"]);
});

test("arguments are a JSON array; unchanged ones are not sent", () => {
  const charge = run.children[3];
  if (charge === undefined) throw new Error("there is a step");
  expect(readInput('[{"amount":5}]', charge)).toEqual({ is: "same" });
  expect(readInput('[{"amount":6}]', charge)).toEqual({ is: "other", input: [{ amount: 6 }] });
  expect(readInput('{"amount":6}', charge)).toMatchObject({
    is: "wrong",
    why: expect.stringContaining("array"),
  });
  expect(readInput("[", charge)).toMatchObject({ is: "wrong", why: expect.stringContaining("JSON") });
  expect(stepIdOf(charge)).toBe("charge");
  expect(takesInput(charge)).toBe(true);
  expect(takesInput(aStep("nap", {}, { stepOp: "SLEEP" }))).toBe(false);
});
