/**
 * A trace with as many inputs and outputs as fit into one answer, in the order of the tree. The spans whose
 * payloads were left out are named, and each can be asked for by itself.
 */
import type { Span, Trace } from "@stepwell/api";
import type { RunTrace } from "@stepwell/api/dashboard";
import { jsonSize, PAYLOAD_BUDGET } from "../payload-budget.ts";

/**
 * @param only the id of a span: payloads of this one alone, whatever their size
 */
export function withinBudget({ runId, rootSpan }: Trace, only?: string): RunTrace {
  const cut: string[] = [];
  let left = PAYLOAD_BUDGET;
  const fit = (span: Span): Span => {
    const { input, output, children, ...facts } = span;
    const keeps = only === undefined ? fits(input, output) : span.id === only;
    if (!keeps && only === undefined) cut.push(span.id);
    const shown = children.map(fit);
    return keeps ? { ...span, children: shown } : { ...facts, children: shown };
  };
  const fits = (input: unknown, output: unknown): boolean => {
    const bytes = jsonSize(input) + jsonSize(output);
    if (bytes > left) return false;
    left -= bytes;
    return true;
  };
  return { runId, rootSpan: fit(rootSpan), cut };
}
