/** What a page shows when it has nothing to show: nothing yet, a failure, or still loading. */
import { OctagonX, RotateCw } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { ApiFailure } from "../data/call.ts";
import { Button } from "./button.tsx";
import { Copy } from "./copy.tsx";

/** Nothing is there: one sentence, and what to do next. */
export function Empty({
  title,
  icon,
  children,
}: {
  title: string;
  icon?: ReactNode;
  children?: ReactNode;
}): ReactNode {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      {icon !== undefined && <div className="mb-1 text-faint">{icon}</div>}
      <p className="font-semibold text-ink">{title}</p>
      {children !== undefined && (
        <div className="flex w-full max-w-xl flex-col items-center gap-3 text-pretty text-dim">
          {children}
        </div>
      )}
    </div>
  );
}

export interface FailureProps {
  error: ApiFailure | Error | null;
  retry?: (() => void) | undefined;
  /** What failed; default: "This could not be loaded". */
  title?: string | undefined;
  /** True: one line above data that is still shown. */
  inline?: boolean | undefined;
}

/** A failure: what, why, under which id the server's log has it, and Retry. Null: nothing. */
export function Failure({
  error,
  retry,
  title = "This could not be loaded",
  inline,
}: FailureProps): ReactNode {
  if (error === null) return null;
  const requestId = "requestId" in error ? error.requestId : null;
  return (
    <div role="alert" className={inline ? "failure failure-inline" : "failure"}>
      <OctagonX aria-hidden size={16} className="mt-0.5 shrink-0 text-failed" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold text-ink">{title}</p>
        <p className="break-words text-dim">{error.message}</p>
        {requestId && (
          <p className="mt-1 flex items-center gap-1 text-xs text-dim">
            Request <code className="truncate">{requestId}</code>
            <Copy text={requestId} label="Copy the request's id" />
          </p>
        )}
      </div>
      {retry && (
        <Button size="small" icon={<RotateCw aria-hidden size={14} />} onClick={retry}>
          Retry
        </Button>
      )}
    </div>
  );
}

/** Lines where text will be; only after 150 ms, so that quick answers do not flicker. */
export function Skeleton({
  lines = 3,
  className,
}: {
  lines?: number;
  className?: string | undefined;
}): ReactNode {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" className={className ?? "p-4"}>
      <span className="sr-only">Loading</span>
      {Array.from({ length: lines }, (_, line) => (
        <div
          key={line}
          className="skeleton-line"
          data-shown={late}
          style={{ width: `${[92, 78, 85, 64][line % 4]}%` }}
        />
      ))}
    </div>
  );
}
