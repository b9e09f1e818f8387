/** How full something is: a bar with its numbers. */
import type { ReactNode } from "react";

export interface MeterProps {
  /** What is counted. */
  label: string;
  used: number;
  limit: number;
}

/** A bar; the numbers beside it say the same. */
export function Meter({ label, used, limit }: MeterProps): ReactNode {
  const share = limit <= 0 ? 0 : Math.min(1, used / limit);
  return (
    <div className="flex items-center gap-3">
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={Math.min(used, limit)}
        aria-valuetext={`${used} of ${limit}`}
        className="h-2 flex-1 overflow-hidden rounded-full bg-line"
      >
        <div
          className={share >= 1 ? "h-full bg-waiting" : "h-full bg-accent"}
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <span className="text-dim tabular-nums">
        {used.toLocaleString("en-US")} of {limit.toLocaleString("en-US")}
      </span>
    </div>
  );
}
