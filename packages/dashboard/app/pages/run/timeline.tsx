/** The timeline tab: the waterfall with its tools, and beside it all about the chosen span. */
import type { RunTrace, RunView } from "@stepwell/api/dashboard";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { useMedia } from "../../data/media.ts";
import { useShortcuts } from "../../data/shortcuts.ts";
import { Failure } from "../../parts/states.tsx";
import { announce } from "../../parts/toasts.tsx";
import { Detail } from "./detail/detail-panel.tsx";
import { canBeginWith } from "./rerun/rerun-plan.ts";
import { useSpanPayload } from "./use-trace.ts";
import { nextAmong, nextRow } from "./waterfall/row-moves.ts";
import { failedSpans, findSpan } from "./waterfall/spans.ts";
import { SpanTable } from "./waterfall/table.tsx";
import { Toolbar } from "./waterfall/toolbar.tsx";
import { useWaterfall } from "./waterfall/use-waterfall.ts";
import { wholeView } from "./waterfall/view.ts";
import { Waterfall } from "./waterfall/waterfall.tsx";

export interface TimelineProps {
  run: RunView;
  trace: RunTrace;
  now: number;
  /** Id of the span whose details are shown; null: none. */
  selected: string | null;
  onSelect(id: string | null): void;
  onRerun(id: string): void;
}

const STORED_AS = "stepwell.run-table";

export function Timeline({ run, trace, now, selected, onSelect, onRerun }: TimelineProps): ReactNode {
  const root = trace.rootSpan;
  const state = useWaterfall(root, now);
  const [asTable, setAsTable] = useTableChoice();
  const sheet = useMedia("(width < 64rem)");
  // On phones a row can be active while no sheet covers it.
  const [active, setActive] = useState<string | null>(selected);
  useEffect(() => setActive((before) => selected ?? before), [selected]);
  const find = useRef<HTMLInputElement>(null);

  const show = useRef(state.show);
  show.current = state.show;
  useEffect(() => {
    if (selected !== null) show.current(selected);
  }, [selected]);

  const goTo = useCallback(
    (id: string) => {
      setActive(id);
      if (!sheet) onSelect(id);
    },
    [sheet, onSelect],
  );
  const next = (ids: readonly string[], back: boolean, none: string) => {
    const at = active === null ? -1 : ids.indexOf(active);
    const to =
      at < 0
        ? nextAmong(state.rows, rowOf(active), new Set(ids), back)
        : ids.at((at + (back ? -1 : 1)) % ids.length);
    const id = to ?? ids[0];
    if (id === undefined) return announce(none);
    state.show(id);
    goTo(id);
  };
  const rowOf = (id: string | null) => state.rows.findIndex(({ span }) => span.id === id);
  const step = (move: "next" | "previous") => {
    const { to } = nextRow(state.rows, rowOf(active), move);
    const row = to === undefined ? undefined : state.rows[to];
    if (row !== undefined) goTo(row.span.id);
  };
  useShortcuts(
    {
      j: () => step("next"),
      k: () => step("previous"),
      n: () =>
        next(
          failedSpans(root).map(({ id }) => id),
          false,
          "Nothing failed",
        ),
      "+": () => state.zoomBy(2),
      "-": () => state.zoomBy(0.5),
      "0": () => state.setView(wholeView),
    },
    { j: "Next step", k: "Previous step", n: "Next failed step", "+ - 0": "Zoom in, out, see everything" },
  );

  const plain = selected === null ? null : findSpan(root, selected);
  const { span, error, retry } = useSpanPayload(run.id, plain, trace.cut);
  const canBegin = span !== null && run.can.rerun === true && canBeginWith(span);
  return (
    <div className="run-split">
      <div className="run-main">
        <Toolbar
          state={state}
          active={active}
          onFound={(back) => next(state.found, back, "Nothing was found")}
          asTable={asTable}
          onTable={setAsTable}
          find={find}
        />
        {asTable ? (
          <SpanTable rows={state.rows} active={active} now={now} onSelect={onSelect} />
        ) : (
          <Waterfall
            state={state}
            active={active}
            onActive={(id, pressed) => (pressed || !sheet ? onSelect(id) : setActive(id))}
            onOpen={onSelect}
            onLeave={() => onSelect(null)}
          />
        )}
      </div>
      {span !== null && (
        <Detail
          span={span}
          run={run}
          now={now}
          sheet={sheet}
          onClose={() => onSelect(null)}
          onSelect={onSelect}
          onRerun={canBegin ? () => onRerun(span.id) : undefined}
        />
      )}
      <Failure inline error={error} title="Its input and output could not be read" retry={retry} />
    </div>
  );
}

/** Whether the table is shown instead of the bars; kept, for those who need it always. */
function useTableChoice(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => {
    try {
      return localStorage.getItem(STORED_AS) === "true";
    } catch {
      return false;
    }
  });
  return [
    on,
    (next) => {
      setOn(next);
      try {
        localStorage.setItem(STORED_AS, String(next));
      } catch {
        // Private windows may refuse; the choice holds as long as the page.
      }
    },
  ];
}
