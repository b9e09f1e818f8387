/** How long until an instant, ticking: `in 3 m 20 s`. */
import type { ReactNode } from "react";
import { formatDuration, useNow } from "../../../data/time.tsx";

export function Countdown({ to }: { to: string }): ReactNode {
  const left = Date.parse(to) - useNow(1000);
  return (
    <span className="tabular-nums">
      {left <= 0 ? "due now" : `in ${formatDuration(Math.ceil(left / 1000) * 1000)}`}
    </span>
  );
}
