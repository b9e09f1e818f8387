/**
 * `DataList` for lists that grow while one scrolls and whose rows can be chosen: the same look and attributes,
 * but only the rows near the window are in the page. The row that has the focus stays, however far it is.
 */
import { defaultRangeExtractor, type Range, useWindowVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { type KeyboardEvent, type ReactNode, useCallback, useLayoutEffect, useRef, useState } from "react";
import { useMedia } from "../../../data/media.ts";
import { usePreferences } from "../../../data/preferences.ts";
import type { DataListProps } from "../../../parts/data-list.tsx";
import { type Column, DataHead, DataRow, tracksOf } from "../../../parts/data-row.tsx";
import { InRow } from "../../../parts/in-row.ts";
import { type Selection, toggled } from "../../../parts/selection.ts";

/** As runs.css has them: rows that are measured would have to be drawn twice. */
const COMFORTABLE_PX = 40;
const COMPACT_PX = 28;
const CARD_PX = 66;
const OVERSCAN = 12;

interface WindowedListProps<Row> extends DataListProps<Row> {
  /** Absent: rows cannot be chosen. */
  selection: Selection | undefined;
  /** Name of a row, for its checkbox. */
  nameOf(row: Row): string;
  /** More attributes of a row, like `data-flash`; another function draws all rows again. */
  rowProps(row: NoInfer<Row>): Record<string, string | boolean | undefined>;
}

export function WindowedList<Row>(props: WindowedListProps<Row>): ReactNode {
  const { label, rows, columns, keyOf, hrefOf, selection, nameOf, testId, rowProps, stale, className } =
    props;
  const ids = useRef<string[]>([]);
  ids.current = rows.map(keyOf);
  const select = useSelect(selection, ids);
  const body = useRef<HTMLDivElement>(null);
  const { virtual, onFocus, onBlur } = useWindowed(
    rows.length,
    (index) => ids.current[index] ?? String(index),
    body,
  );
  return (
    <div
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      className={clsx("data-list windowed", stale && "data-list-stale", className)}
      style={tracksOf(columns, selection !== undefined)}
    >
      <DataHead
        indexed
        columns={columns}
        check={selection && <SelectAll {...selection} keys={ids.current} />}
      />
      <div
        ref={body}
        role="rowgroup"
        className="windowed-body"
        style={{ height: `${virtual.getTotalSize()}px` }}
        onKeyDown={(event) => onRowKey(event, select)}
        onFocus={onFocus}
        onBlur={onBlur}
      >
        <InRow value>
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const id = keyOf(row);
            return (
              <DataRow
                key={key}
                id={id}
                row={row}
                index={index}
                top={start - virtual.options.scrollMargin}
                columns={columns as readonly Column<unknown>[]}
                href={hrefOf?.(row) ?? null}
                selected={selection ? selection.selected.has(id) : null}
                name={nameOf(row)}
                select={select}
                testId={testId}
                extra={rowProps as (row: unknown) => Record<string, string | boolean | undefined>}
              />
            );
          })}
        </InRow>
      </div>
    </div>
  );
}

/** One function for the list's life, so that rows are not drawn again for each choice. */
function useSelect(selection: Selection | undefined, ids: { current: string[] }) {
  const anchor = useRef<string | null>(null);
  const latest = useRef(selection);
  latest.current = selection;
  return useCallback(
    (key: string, range: boolean) => {
      const now = latest.current;
      if (now === undefined) return;
      now.onChange(toggled(now.selected, ids.current, key, range ? anchor.current : null));
      anchor.current = key;
    },
    [ids],
  );
}

function useWindowed(
  count: number,
  keyOf: (index: number) => string,
  body: { current: HTMLDivElement | null },
) {
  const { density } = usePreferences();
  const [margin, setMargin] = useState(0);
  const [kept, keep] = useState<number | null>(null);
  const cards = useMedia("(width < 48rem)");
  const rangeExtractor = useCallback(
    (range: Range) => {
      const shown = defaultRangeExtractor(range);
      if (kept === null || kept >= count || shown.includes(kept)) return shown;
      return [...shown, kept].sort((a, b) => a - b);
    },
    [kept, count],
  );
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => (cards ? CARD_PX : density === "compact" ? COMPACT_PX : COMFORTABLE_PX),
    overscan: OVERSCAN,
    scrollMargin: margin,
    getItemKey: keyOf,
    rangeExtractor,
  });
  // What is above the list may grow or go: the page is another height then.
  useLayoutEffect(() => {
    const measure = () => setMargin((body.current?.getBoundingClientRect().top ?? 0) + scrollY);
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [body]);
  useLayoutEffect(() => virtual.measure(), [density, cards]);
  return {
    virtual,
    onFocus: ({ target }: { target: Element }) => {
      const index = target.closest<HTMLElement>("[data-index]")?.dataset.index;
      if (index !== undefined) keep(Number(index));
    },
    onBlur: () => keep(null),
  };
}

function SelectAll({ keys, selected, onChange }: Selection & { keys: readonly string[] }): ReactNode {
  const some = selected.size > 0;
  const all = some && keys.every((key) => selected.has(key));
  return (
    <input
      type="checkbox"
      className="check"
      aria-label="Select all shown"
      checked={all}
      ref={(element) => {
        if (element !== null) element.indeterminate = some && !all;
      }}
      onChange={() => onChange(all ? new Set() : new Set(keys))}
    />
  );
}

/** `x` and Shift `x` on a focused row; moving and opening are the frame's. */
function onRowKey(event: KeyboardEvent, select: (key: string, range: boolean) => void): void {
  if (event.key.toLowerCase() !== "x" || event.metaKey || event.ctrlKey || event.altKey) return;
  const key = (event.target as Element).closest<HTMLElement>("[data-row]")?.dataset.row;
  if (key === undefined) return;
  event.preventDefault();
  select(key, event.shiftKey);
}
