/** What state something is in: icon, word and colour, never the colour alone. */
import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CirclePause,
  CirclePlay,
  Hourglass,
  type LucideIcon,
  OctagonX,
  SkipForward,
  Undo2,
} from "lucide-react";
import type { ReactNode } from "react";

interface Shown {
  icon: LucideIcon;
  word: string;
  tone: "queued" | "running" | "waiting" | "completed" | "failed" | "quiet";
}
const shown = {
  queued: { icon: CircleDashed, word: "Queued", tone: "queued" },
  running: { icon: CirclePlay, word: "Running", tone: "running" },
  waiting: { icon: Hourglass, word: "Waiting", tone: "waiting" },
  completed: { icon: CircleCheck, word: "Completed", tone: "completed" },
  failed: { icon: OctagonX, word: "Failed", tone: "failed" },
  cancelled: { icon: Ban, word: "Cancelled", tone: "quiet" },
  skipped: { icon: SkipForward, word: "Skipped", tone: "quiet" },
  active: { icon: CircleCheck, word: "Active", tone: "completed" },
  paused: { icon: CirclePause, word: "Paused", tone: "waiting" },
  drained: { icon: CirclePause, word: "Draining", tone: "waiting" },
  archived: { icon: Ban, word: "Archived", tone: "quiet" },
  undoable: { icon: Hourglass, word: "Starts soon", tone: "waiting" },
  done: { icon: CircleCheck, word: "Done", tone: "completed" },
  undone: { icon: Undo2, word: "Undone", tone: "quiet" },
  ok: { icon: CircleCheck, word: "OK", tone: "completed" },
  degraded: { icon: CircleAlert, word: "Degraded", tone: "failed" },
} satisfies Record<string, Shown>;
export type BadgeStatus = keyof typeof shown;

export interface StatusBadgeProps {
  status: BadgeStatus;
  /** Another word than the status's own. */
  word?: string | undefined;
  /** `plain`: no ground, for rows; `icon`: the word is only for screen readers. */
  look?: "soft" | "plain" | "icon" | undefined;
  testId?: string | undefined;
}

/** The badge of a status. */
export function StatusBadge({ status, word, look = "soft", testId }: StatusBadgeProps): ReactNode {
  const known: Shown = shown[status] ?? { icon: CircleHelp, word: status, tone: "quiet" };
  const Icon = known.icon;
  const text = word ?? known.word;
  return (
    <span
      className={`status status-${look}`}
      data-tone={known.tone}
      data-status={status}
      data-testid={testId}
    >
      <Icon aria-hidden size={14} strokeWidth={2.25} />
      <span className={look === "icon" ? "sr-only" : "truncate"}>{text}</span>
    </span>
  );
}
