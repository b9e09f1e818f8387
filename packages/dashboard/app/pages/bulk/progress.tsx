/** How far a bulk job is: a bar in parts, each also as a number. */
import type { BulkJob } from "@stepwell/api/dashboard";
import type { ReactNode } from "react";
import { formatCount } from "../../data/time.tsx";
import { progressOf } from "./job-words.ts";
import "./bulk.css";

export function Progress({ job }: { job: BulkJob }): ReactNode {
  const { total, done, skipped, failed } = job;
  const { handled, share } = progressOf(job);
  const part = (count: number) => ({ width: `${total === 0 ? 0 : (count / total) * 100}%` });
  return (
    <div
      role="progressbar"
      aria-label="Runs dealt with"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={handled}
      aria-valuetext={`${formatCount(handled)} of ${formatCount(total)}, ${Math.round(share * 100)} %`}
      className="bulk-progress"
    >
      <span className="bg-completed" style={part(done)} />
      <span className="bg-queued" style={part(skipped)} />
      <span className="bg-failed" style={part(failed)} />
    </div>
  );
}
