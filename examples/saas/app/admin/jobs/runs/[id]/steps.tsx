import { StatusBadge } from "@/components/status.tsx";
import type { Span } from "@/lib/inngest/runs.ts";
import { sayDuration } from "@/lib/instants.ts";
import { Output } from "./output.tsx";

/** The steps in the order in which they began, each with its attempts and what it returned. */
export function Steps({ spans }: { spans: Span[] }) {
  const steps = spans.filter(({ stepId }) => stepId != null);
  if (steps.length === 0) return <p className="text-slate-600 dark:text-slate-400">No step has begun.</p>;
  return (
    <ol className="-my-3 divide-y divide-slate-200 dark:divide-slate-800">
      {steps.map((step) => (
        <li key={step.id} data-testid="step" className="py-3">
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <code className="mr-auto font-semibold wrap-anywhere">{step.stepId}</code>
            <span className="text-sm text-slate-600 dark:text-slate-400">
              {[sayAttempts(step), step.durationMs == null ? "" : sayDuration(step.durationMs)]
                .filter(Boolean)
                .join(" · ")}
            </span>
            <StatusBadge status={step.status} />
          </div>
          {step.output !== undefined && (
            <details className="mt-2">
              <summary className="cursor-pointer text-sm">
                {step.status === "failed" ? "Error" : "Output"}
                <span className="sr-only"> of {step.stepId}</span>
              </summary>
              <Output value={unwrap(step.output)} isFailure={step.status === "failed"} />
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}

/** Sleeps and waits are not attempted. */
function sayAttempts({ attemptCount, attempts }: Span): string {
  const count = attemptCount ?? (attempts == null ? undefined : attempts + 1);
  if (count === undefined) return "";
  return count === 1 ? "1 attempt" : `${count} attempts`;
}

/** A trace has what a step returned as `{ data }`. */
function unwrap(output: unknown): unknown {
  return typeof output === "object" && output !== null && "data" in output ? output.data : output;
}
