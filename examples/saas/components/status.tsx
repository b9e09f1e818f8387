/** A run's or step's status: shape, word and colour, never colour alone. */
import type { ReactNode } from "react";
import type { StepStatus } from "@/lib/inngest/runs.ts";

type Status = StepStatus | "never";

const good = "text-[#12805a] dark:text-[#2fe0a0]";
const bad = "text-[#7d0f2b] dark:text-[#ff7a86]";
const busy = "text-[#083b86] dark:text-[#b5d4ff]";
const parked = "text-[#8a5600] dark:text-[#fdc838]";
const quiet = "text-slate-600 dark:text-slate-400";

const inRing = (inside: ReactNode) => (
  <>
    <circle cx="8" cy="8" r="6.5" />
    {inside}
  </>
);
const looks: Record<Status, { word: string; colour: string; shape: ReactNode }> = {
  completed: { word: "Completed", colour: good, shape: inRing(<path d="m5 8.2 2.1 2.1L11 6" />) },
  failed: {
    word: "Failed",
    colour: bad,
    shape: <path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3ZM5.8 5.8l4.4 4.4m0-4.4-4.4 4.4" />,
  },
  running: {
    word: "Running",
    colour: busy,
    shape: inRing(<path d="M6.6 5.4v5.2L10.8 8Z" fill="currentColor" />),
  },
  queued: {
    word: "Queued",
    colour: quiet,
    shape: <circle cx="8" cy="8" r="6.5" strokeDasharray="2.6 2.5" />,
  },
  cancelled: { word: "Cancelled", colour: quiet, shape: inRing(<path d="m3.6 3.6 8.8 8.8" />) },
  skipped: { word: "Skipped", colour: quiet, shape: <path d="m3 3 6.5 5L3 13Zm9.5 0v10" /> },
  waiting: { word: "Waiting", colour: parked, shape: inRing(<path d="M8 4.5V8l2.4 1.6" />) },
  never: { word: "Never ran", colour: quiet, shape: inRing(<path d="M5 8h6" />) },
  unknown: {
    word: "Unknown",
    colour: quiet,
    shape: inRing(<path d="M6.3 6.4a1.7 1.7 0 1 1 2.4 1.6c-.5.2-.7.5-.7 1m0 2v.1" />),
  },
};

export function wordOf(status: Status): string {
  return looks[status].word;
}

export function StatusIcon({ status }: { status: Status }) {
  const { colour, shape } = looks[status];
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden="true"
      className={`size-4 shrink-0 ${colour}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {shape}
    </svg>
  );
}

export function StatusBadge({ status, testId }: { status: Status; testId?: string }) {
  const { word, colour } = looks[status];
  return (
    <span
      data-testid={testId}
      data-status={status}
      className={`inline-flex items-center gap-1.5 text-sm font-semibold whitespace-nowrap ${colour}`}
    >
      <StatusIcon status={status} />
      {word}
    </span>
  );
}
