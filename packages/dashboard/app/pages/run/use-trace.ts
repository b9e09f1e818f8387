/** The trace of a run, and payloads that did not fit into it. */
import { useCall } from "../../data/api.ts";
import { findSpan, type Span } from "./waterfall/spans.ts";

/** The span with its input and output, which are asked for where the trace left them out. */
export function useSpanPayload(
  runId: string,
  span: Span | null,
  cut: readonly string[],
): { span: Span | null; loading: boolean; error: Error | null; retry(): void } {
  const wanted = span !== null && cut.includes(span.id);
  const whole = useCall(
    "getRunTrace",
    { params: { id: runId }, query: { span: span?.id } },
    { enabled: wanted, live: false },
  );
  const refetch = () => void whole.refetch();
  if (!wanted || span === null) return { span, loading: false, error: null, retry: refetch };
  const found =
    whole.data === undefined || whole.isPlaceholderData ? null : findSpan(whole.data.data.rootSpan, span.id);
  if (found === null) return { span, loading: whole.error === null, error: whole.error, retry: refetch };
  return {
    span: { ...span, input: found.input, output: found.output },
    loading: false,
    error: null,
    retry: refetch,
  };
}
