/** Icons and words of spans: what they are, and how they stand. Colour is never the only sign. */
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePlay,
  CornerDownRight,
  Flag,
  Hourglass,
  type LucideIcon,
  Moon,
  OctagonX,
  RadioTower,
  RotateCcw,
  SkipForward,
} from "lucide-react";
import type { ReactNode } from "react";
import { kindOf, type Span } from "./spans.ts";

const opWords: Readonly<Record<NonNullable<Span["stepOp"]>, string>> = {
  RUN: "Step",
  SLEEP: "Sleep",
  WAIT_FOR_EVENT: "Wait for event",
  WAIT_FOR_SIGNAL: "Wait for signal",
  INVOKE: "Invoke",
  SEND_EVENT: "Send event",
  AI_GATEWAY: "AI",
};

/** What a span is, in words. */
export function kindWords(span: Span): string {
  if (span.stepOp !== null) return opWords[span.stepOp] ?? "Step";
  return { run: "Run", step: "Step", attempt: "Attempt", finalization: "Finalization" }[kindOf(span)];
}

/** Short word shown behind a name; empty where the name says it all. */
export function kindMark(span: Span): string {
  switch (span.stepOp) {
    case "SLEEP":
      return "sleep";
    case "WAIT_FOR_EVENT":
      return "wait";
    case "WAIT_FOR_SIGNAL":
      return "signal";
    case "INVOKE":
      return "invoke";
    case "SEND_EVENT":
      return "event";
    case "AI_GATEWAY":
      return "ai";
    default:
      return "";
  }
}

const statusWords: Readonly<Record<Span["status"], string>> = {
  UNKNOWN: "Unknown",
  QUEUED: "Queued",
  RUNNING: "Running",
  WAITING: "Waiting",
  COMPLETED: "Completed",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
  SKIPPED: "Skipped",
};

/** How a span stands, in words: waits say what for. */
export function statusWordsOf(span: Span): string {
  if (span.status === "WAITING" && span.stepOp === "SLEEP") return "Sleeping";
  if (span.status === "WAITING" && span.children.length > 0) return "Waiting for a retry";
  if (span.status === "COMPLETED" && span.stepInfo?.timedOut === true) return "Timed out";
  return statusWords[span.status] ?? span.status;
}

export type Tone = "queued" | "running" | "waiting" | "completed" | "failed" | "quiet";

export function toneOf(status: Span["status"]): Tone {
  switch (status) {
    case "RUNNING":
      return "running";
    case "WAITING":
      return "waiting";
    case "COMPLETED":
      return "completed";
    case "FAILED":
      return "failed";
    case "QUEUED":
      return "queued";
    default:
      return "quiet";
  }
}

function iconOf(span: Span): LucideIcon {
  switch (span.status) {
    case "COMPLETED":
      return opIcon(span) ?? CircleCheck;
    case "FAILED":
      return OctagonX;
    case "RUNNING":
      return CirclePlay;
    case "WAITING":
      return opIcon(span) ?? (span.children.length > 0 ? RotateCcw : Hourglass);
    case "CANCELLED":
      return Ban;
    case "SKIPPED":
      return SkipForward;
    default:
      return CircleDashed;
  }
}

/** Parked steps keep the icon of what they wait for. */
function opIcon({ stepOp, id }: Span): LucideIcon | null {
  if (id.endsWith(".final")) return Flag;
  switch (stepOp) {
    case "SLEEP":
      return Moon;
    case "WAIT_FOR_EVENT":
      return Hourglass;
    case "WAIT_FOR_SIGNAL":
      return RadioTower;
    case "INVOKE":
      return CornerDownRight;
    default:
      return null;
  }
}

/** The icon of a span in the colour of its status; the words are for screen readers. */
export function SpanIcon({ span, size = 14 }: { span: Span; size?: number }): ReactNode {
  const Icon = iconOf(span);
  return (
    <span className="wf-icon" data-tone={toneOf(span.status)}>
      <Icon aria-hidden size={size} strokeWidth={2.25} />
      <span className="sr-only">{statusWordsOf(span)}: </span>
    </span>
  );
}
