/** One row of the waterfall: its place in the tree, and its bars. HTML and transforms only. */
import { ChevronRight } from "lucide-react";
import { memo, type ReactNode } from "react";
import { formatDuration } from "../../../data/time.tsx";
import { type Bar, barsOf } from "./bars.ts";
import { coalesce } from "./coalesce.ts";
import type { Row } from "./rows.ts";
import { kindMark, kindWords, SpanIcon, statusWordsOf, toneOf } from "./span-words.tsx";
import { instantOf, isOver, type Span, titleOf } from "./spans.ts";
import type { TimeScale } from "./time-scale.ts";
import type { View } from "./view.ts";

export interface RowProps {
  row: Row;
  /** From 1, over all rows. */
  index: number;
  top: number;
  active: boolean;
  found: boolean;
  scale: TimeScale;
  view: View;
  /** Of the part with bars, in pixels. */
  width: number;
  now: number;
  onSelect(id: string): void;
  onToggle(id: string, open: boolean): void;
}

export const rowId = (id: string): string => `wf-${id}`;

export const WaterfallRow: (props: RowProps) => ReactNode = memo(function WaterfallRow(props: RowProps) {
  const { row, index, top, active, found, onSelect, onToggle } = props;
  const { span, level, position, siblings, open } = row;
  const mark = kindMark(span);
  return (
    <div
      role="row"
      id={rowId(span.id)}
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-rowindex={index + 1}
      aria-expanded={open ?? undefined}
      aria-selected={active}
      data-testid="waterfall-row"
      data-status={span.status}
      className="wf-row"
      data-active={active || undefined}
      data-found={found || undefined}
      data-level={level}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(span.id)}
    >
      <div role="rowheader" className="wf-name" style={{ paddingInlineStart: `${(level - 1) * 16 + 6}px` }}>
        <span
          aria-hidden
          className="wf-twist"
          data-open={open ?? undefined}
          data-none={open === null || undefined}
          onClick={(event) => {
            if (open === null) return;
            event.stopPropagation();
            onToggle(span.id, !open);
          }}
        >
          <ChevronRight size={14} />
        </span>
        <SpanIcon span={span} />
        <bdi className="wf-title" title={titleOf(span)}>
          {titleOf(span)}
        </bdi>
        {mark !== "" && <span className="wf-mark">{mark}</span>}
        {(span.attemptCount ?? 0) > 1 && <span className="wf-mark">×{span.attemptCount}</span>}
      </div>
      <div role="gridcell" className="wf-bars">
        {row.kept ? (
          <span className="wf-kept">kept from the original run</span>
        ) : (
          <Bars {...props} span={span} />
        )}
        <span className="sr-only">{barWords(span)}</span>
      </div>
    </div>
  );
});

/** What the bars show, for those who do not see them. */
function barWords(span: Span): string {
  const words = [`${kindWords(span)}, ${statusWordsOf(span).toLowerCase()}`];
  const took = tookMs(span, null);
  if (took !== null) words.push(`took ${formatDuration(took)}`);
  if ((span.attemptCount ?? 0) > 1) words.push(`${span.attemptCount} attempts`);
  return words.join(", ");
}

/** How long it took, or takes so far. @param now null: only what is over */
export function tookMs(span: Span, now: number | null): number | null {
  const [first] = barsOf(span).filter(({ kind }) => kind !== "queued" && kind !== "mark");
  const end = instantOf(span.endedAt) ?? (isOver(span) ? null : now);
  return first === undefined || end === null ? null : Math.max(0, end - first.from);
}

/** Narrower bars could not be seen. */
const LEAST_PX = 3;
const LABEL_PX = 64;

function Bars({
  span,
  scale,
  view,
  width,
  now,
}: Pick<RowProps, "scale" | "view" | "width" | "now"> & { span: Span }): ReactNode {
  if (width === 0) return null;
  const px = (at: number) => ((scale.place(at) - view.start) / (view.end - view.start)) * width;
  const all = barsOf(span).map((bar) => ({ bar, left: px(bar.from), right: px(bar.to ?? now) }));
  const seen = all.filter(({ left, right }) => right >= -4 && left <= width + 4);
  const drawn = coalesce(seen, LEAST_PX).map((one, index) => (
    <OneBar key={`${one.bar.kind}${index}`} {...one} width={width} />
  ));
  const from = all[0]?.left ?? Number.POSITIVE_INFINITY;
  const last = all.at(-1);
  const to = last === undefined ? Number.NEGATIVE_INFINITY : Math.max(last.right, last.left + LEAST_PX);
  const took = tookMs(span, now);
  if (took === null || to < 0 || from > width) return drawn;
  const after = to + LABEL_PX < width;
  if (!after && from < LABEL_PX) return drawn;
  return (
    <>
      {drawn}
      <span
        aria-hidden
        className="wf-took"
        data-before={!after || undefined}
        style={{ transform: `translateX(${after ? to + 6 : from - LABEL_PX}px)` }}
      >
        {formatDuration(took)}
      </span>
    </>
  );
}

function OneBar({
  bar,
  left,
  right,
  width,
}: {
  bar: Bar;
  left: number;
  right: number;
  width: number;
}): ReactNode {
  // Far ends are cut: browsers draw huge elements badly.
  const start = Math.max(-20, left);
  const end = Math.min(width + 20, right);
  const size = bar.kind === "mark" ? 0 : Math.max(LEAST_PX, end - start);
  const shift =
    bar.kind === "mark" ? Math.max(1, Math.min(start - 4, width - 10)) : Math.min(start, width - LEAST_PX);
  return (
    <span
      className="wf-bar"
      data-kind={bar.kind}
      data-tone={toneOf(bar.status)}
      data-open={bar.to === null || undefined}
      style={{
        transform: `translateX(${shift}px)${bar.kind === "mark" ? " rotate(45deg)" : ""}`,
        width: bar.kind === "mark" ? undefined : `${size}px`,
      }}
    />
  );
}
