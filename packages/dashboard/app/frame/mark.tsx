/** The mark: stairs that lead down to the water from both sides. */
import type { ReactNode } from "react";

export function Mark({ size = 22 }: { size?: number }): ReactNode {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 32 32" className="shrink-0">
      <rect width="32" height="32" rx="7" className="fill-accent" />
      <path
        d="M5 8h5v6h4v6h4v-6h4V8h5"
        className="fill-none stroke-accent-ink"
        strokeWidth="3"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      <circle cx="16" cy="25.5" r="2" className="fill-accent-ink" />
    </svg>
  );
}
