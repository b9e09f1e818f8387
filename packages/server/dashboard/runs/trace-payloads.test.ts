import type { Span, Trace } from "@stepwell/api";
import { expect, test } from "vitest";
import { span } from "../../render/trace/span.ts";
import { PAYLOAD_BUDGET } from "../payload-budget.ts";
import { withinBudget } from "./trace-payloads.ts";

const text = (bytes: number): string => "x".repeat(bytes - 2);
const step = (id: string, more: Partial<Span> = {}): Span => ({
  ...span({ id, name: id, status: "COMPLETED" }),
  ...more,
});
const trace = (...children: Span[]): Trace => ({ runId: "r", rootSpan: step("r", { children }) });
const outputs = ({ rootSpan }: Trace): (boolean | null)[] =>
  rootSpan.children.map((one) => ("output" in one ? one.output !== undefined : null));

test("all payloads, while they fit", () => {
  const whole = trace(step("a", { input: [1], output: { data: 2 } }), step("b"));
  expect(withinBudget(whole)).toEqual({ ...whole, cut: [] });
});

test("what does not fit is left out and named; smaller ones after it still fit", () => {
  const large = text(PAYLOAD_BUDGET - 10);
  const found = withinBudget(
    trace(step("a", { output: large }), step("b", { output: text(20) }), step("c", { output: 1 })),
  );
  expect(found.cut).toEqual(["b"]);
  expect(outputs(found)).toEqual([true, null, true]);
});

test("one span by itself, whatever its size", () => {
  const huge = text(PAYLOAD_BUDGET * 2);
  const found = withinBudget(trace(step("a", { output: 1 }), step("b", { input: [], output: huge })), "b");
  expect(found.cut).toEqual([]);
  expect(found.rootSpan.children).toMatchObject([{ id: "a" }, { id: "b", input: [], output: huge }]);
  expect(outputs(found)).toEqual([null, true]);
});
