/** What the spans of a trace are to the waterfall: their kind, their times as instants, and walks over them. */
import type { RunTrace } from "@stepwell/api/dashboard";

export type Span = RunTrace["rootSpan"];
export type SpanKind = "run" | "step" | "attempt" | "finalization";

/** Steps during which the app does nothing: the run is parked. */
const parkedOps: ReadonlySet<Span["stepOp"]> = new Set([
  "SLEEP",
  "WAIT_FOR_EVENT",
  "WAIT_FOR_SIGNAL",
  "INVOKE",
]);

export function isParked(span: Span): boolean {
  return parkedOps.has(span.stepOp);
}

export function kindOf(span: Span): SpanKind {
  if (span.stepOp !== null) return "step";
  if (!span.id.includes(".")) return "run";
  return span.id.endsWith(".final") ? "finalization" : "attempt";
}

/** The hash of a step: what a rerun names it by. Null: the span is not a step. */
export function stepHashOf(span: Span): string | null {
  return kindOf(span) === "step" ? span.id.slice(span.id.lastIndexOf(".") + 1) : null;
}

/** Epoch milliseconds; null: the time was not recorded. */
export function instantOf(at: string | null): number | null {
  if (at === null) return null;
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? null : ms;
}

/**
 * When it was queued and started. The API tells those of a step's last attempt: of a step that was tried again
 * the first attempt's start counts, and when that was queued is not known.
 */
export function beginningOf(span: Span): Pick<Span, "queuedAt" | "startedAt"> {
  const first = span.children.find((child) => kindOf(child) === "attempt")?.startedAt ?? null;
  if (first === null || span.startedAt === null || first >= span.startedAt) return span;
  return {
    queuedAt: span.queuedAt !== null && span.queuedAt <= first ? span.queuedAt : null,
    startedAt: first,
  };
}

/** Nothing more will happen to it. */
export function isOver(span: Span): boolean {
  return span.status !== "QUEUED" && span.status !== "RUNNING" && span.status !== "WAITING";
}

/** What it is called in a list. Attempts count from 1 for people. */
export function titleOf(span: Span): string {
  if (kindOf(span) === "attempt" && span.attempts !== null) return `Attempt ${span.attempts + 1}`;
  return span.name === "" ? "(no name)" : span.name;
}

/** A step that a rerun took over from its original: what there is of its times is of that run. */
export function isKept(span: Span, root: Span): boolean {
  // Times of the API are all written alike, so their texts can be compared.
  const { endedAt } = span;
  return kindOf(span) === "step" && endedAt !== null && root.queuedAt !== null && endedAt < root.queuedAt;
}

/** The spans of this very run: without steps that were taken over. */
export function ownSpans(root: Span): Span {
  const own = root.children.filter((span) => !isKept(span, root));
  return own.length === root.children.length ? root : { ...root, children: own };
}

/** Every span, parents before their children, in the order of the trace. */
export function* everySpan(root: Span): Generator<Span> {
  const open: Span[] = [root];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    yield span;
    for (let i = span.children.length - 1; i >= 0; i -= 1) open.push(span.children[i] as Span);
  }
}

/** From a span's id to its parent's. */
export function parentsOf(root: Span): Map<string, string> {
  const parents = new Map<string, string>();
  for (const span of everySpan(root)) for (const child of span.children) parents.set(child.id, span.id);
  return parents;
}

export function findSpan(root: Span, id: string): Span | null {
  for (const span of everySpan(root)) if (span.id === id) return span;
  return null;
}

/** The steps that failed; of a run that failed outside of them, its finalization. */
export function failedSpans(root: Span): Span[] {
  const failed = root.children.filter(({ status }) => status === "FAILED");
  const steps = failed.filter((span) => kindOf(span) === "step");
  return steps.length > 0 ? steps : failed.filter((span) => kindOf(span) === "finalization");
}
