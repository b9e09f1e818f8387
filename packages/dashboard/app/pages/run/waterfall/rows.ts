/** The rows of a waterfall: the tree, opened where it is open, as a flat list that can be windowed. */
import { everySpan, isKept, kindOf, parentsOf, type Span, type SpanKind } from "./spans.ts";

export interface Row {
  span: Span;
  kind: SpanKind;
  /** From 1, as `aria-level`. */
  level: number;
  /** Place among its siblings that are shown, from 1, and how many those are. */
  position: number;
  siblings: number;
  /** Null: nothing lies below it. */
  open: boolean | null;
  /** Taken over from the run that this one repeats: it has no bars here. */
  kept: boolean;
}

export interface RowChoice {
  /** What a user opened or closed; the rest goes by `opensByDefault`. */
  toggled: ReadonlyMap<string, boolean>;
  /** Only what failed, with what it lies in. */
  onlyFailed: boolean;
}

/** Above this many spans, steps that went well begin closed. */
const MANY = 300;

export function countSpans(root: Span): number {
  let count = 0;
  for (const _span of everySpan(root)) count += 1;
  return count;
}

/** @param total of `countSpans`. */
export function isOpen(span: Span, total: number, toggled: RowChoice["toggled"]): boolean {
  const chosen = toggled.get(span.id);
  if (chosen !== undefined) return chosen;
  return kindOf(span) === "run" || total <= MANY || (span.status === "FAILED" && total <= 10 * MANY);
}

export function rowsOf(root: Span, choice: RowChoice): Row[] {
  const total = countSpans(root);
  const kept = choice.onlyFailed ? keptFailed(root) : null;
  const rows: Row[] = [];
  const add = (spans: readonly Span[], level: number, taken: boolean) => {
    const shown = kept === null ? spans : spans.filter((span) => kept.has(span.id));
    shown.forEach((span, index) => {
      const below = kept === null ? span.children : span.children.filter((child) => kept.has(child.id));
      const open = below.length === 0 ? null : isOpen(span, total, choice.toggled);
      const isTaken = taken || isKept(span, root);
      rows.push({
        span,
        kind: kindOf(span),
        level,
        position: index + 1,
        siblings: shown.length,
        open,
        kept: isTaken,
      });
      if (open === true) add(below, level + 1, isTaken);
    });
  };
  add([root], 1, false);
  return rows;
}

/** Ids of spans that failed and of all above them. The root is always kept. */
function keptFailed(root: Span): Set<string> {
  const parents = parentsOf(root);
  const kept = new Set<string>([root.id]);
  for (const span of everySpan(root)) {
    if (span.status !== "FAILED") continue;
    for (let id: string | undefined = span.id; id !== undefined && !kept.has(id); id = parents.get(id))
      kept.add(id);
  }
  return kept;
}

/** Ids of the spans whose name or step id contains the words, in the order of the trace; any case. */
export function findInTrace(root: Span, words: string): string[] {
  const sought = words.trim().toLowerCase();
  if (sought === "") return [];
  const found: string[] = [];
  for (const span of everySpan(root)) {
    const texts = [span.name, span.stepId ?? "", span.stepInfo?.eventName ?? "", span.stepInfo?.signal ?? ""];
    if (texts.some((text) => text.toLowerCase().includes(sought))) found.push(span.id);
  }
  return found;
}

/** `toggled` with everything above a span opened, so that it has a row. */
export function openedTo(root: Span, id: string, toggled: RowChoice["toggled"]): Map<string, boolean> {
  const parents = parentsOf(root);
  const opened = new Map(toggled);
  for (let above = parents.get(id); above !== undefined; above = parents.get(above)) opened.set(above, true);
  return opened;
}
