/** What a rerun from a step keeps and what it runs again, and whether the step's arguments can be replaced. */
import { instantOf, kindOf, type Span, stepHashOf } from "../waterfall/spans.ts";

export interface RerunPlan {
  /** Steps whose results are taken over. */
  kept: Span[];
  /** The chosen step and those after it. The function may take another way this time. */
  again: Span[];
  /** Of `again`: code of the app and events, which may act on the world a second time. */
  acting: Span[];
}

/** Steps that a rerun can begin with: those that have a result. */
export function rerunnableSteps(root: Span): Span[] {
  return byEnd(root.children.filter(canBeginWith));
}

/** @param chosen id of a span; results are taken over in the order in which they came in. */
export function planRerun(root: Span, chosen: string): RerunPlan {
  const steps = byEnd(root.children.filter((span) => kindOf(span) === "step"));
  const from = steps.findIndex((span) => span.id === chosen);
  const cut = from < 0 ? 0 : from;
  const again = steps.slice(cut);
  const acting = again.filter(
    ({ stepOp }) =>
      stepOp === "RUN" || stepOp === "SEND_EVENT" || stepOp === "AI_GATEWAY" || stepOp === "INVOKE",
  );
  return { kept: steps.slice(0, cut).filter(hasResult), again, acting };
}

export function canBeginWith(span: Span): boolean {
  return kindOf(span) === "step" && hasResult(span);
}

function hasResult({ status, endedAt }: Span): boolean {
  return endedAt !== null && (status === "COMPLETED" || status === "FAILED");
}

/** By the time of the result; without one, last. Where they are equal, as in the trace. */
function byEnd(steps: readonly Span[]): Span[] {
  const end = (span: Span) => (hasResult(span) ? (instantOf(span.endedAt) ?? Infinity) : Infinity);
  return [...steps].sort((a, b) => {
    const [one, other] = [end(a), end(b)];
    return one === other ? 0 : one < other ? -1 : 1;
  });
}

/** Whether the step takes arguments that a rerun can replace. */
export function takesInput(span: Span): boolean {
  return span.stepOp === "RUN" || span.stepOp === "SEND_EVENT";
}

/** The arguments as the editor begins with. */
export function inputText(span: Span): string {
  const input = Array.isArray(span.input)
    ? span.input
    : span.input === null || span.input === undefined
      ? []
      : [span.input];
  return JSON.stringify(input, null, 2);
}

export type ReadInput = { is: "same" } | { is: "other"; input: unknown[] } | { is: "wrong"; why: string };

/** @param text of the editor. `same`: as the step had them, so the server uses its own. */
export function readInput(text: string, span: Span): ReadInput {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      is: "wrong",
      why: `This is no JSON: ${error instanceof Error ? error.message : "it cannot be read"}`,
    };
  }
  if (!Array.isArray(value))
    return { is: "wrong", why: "Write a JSON array: one entry for each argument of the step." };
  return JSON.stringify(value) === JSON.stringify(JSON.parse(inputText(span)))
    ? { is: "same" }
    : { is: "other", input: value };
}

/** What names the step in the API: its hash, which is never ambiguous. */
export function stepIdOf(span: Span): string {
  return stepHashOf(span) ?? span.stepId ?? span.name;
}
