/**
 * The states of an answer that a page stands on: skeleton, failure with Retry, and data, which stays (with
 * its time) when a later read fails.
 */
import type { Answer, CallName } from "@stepwell/api/dashboard";
import type { ReactNode } from "react";
import type { CallResult } from "../data/api.ts";
import { Time } from "../data/time.tsx";
import { Failure, Skeleton } from "../parts/states.tsx";

interface LoadedProps<Name extends CallName> {
  result: CallResult<Name>;
  /** What is shown until there is data. */
  skeleton?: ReactNode;
  children: (data: Answer<NonNullable<CallResult<Name>["data"]>["data"]>["data"]) => ReactNode;
}

export function Loaded<Name extends CallName>({ result, skeleton, children }: LoadedProps<Name>): ReactNode {
  const { data: answer, error } = result;
  const retry = () => void result.refetch();
  if (!answer) return error ? <Failure error={error} retry={retry} /> : (skeleton ?? <Skeleton lines={6} />);
  return (
    <>
      {error && (
        <div className="mb-4">
          <Failure inline error={error} retry={retry} title="This is not up to date any more" />
          <p className="mt-1 text-xs text-dim">
            As of <Time at={answer.meta.asOf} as="absolute" />
          </p>
        </div>
      )}
      <div
        className={result.isPlaceholderData || error ? "opacity-60" : undefined}
        aria-busy={result.isPlaceholderData}
      >
        {children(answer.data)}
      </div>
    </>
  );
}
