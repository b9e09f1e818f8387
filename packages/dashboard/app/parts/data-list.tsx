/**
 * A list of rows in fixed columns: a table for screen readers, a grid for the eye, two-line cards on
 * phones. A row is opened by a click, Enter or `o`; `j` and `k` move (frame/frame-keys). Rows out of view cost
 * no layout. Lists that may become very long are windowed (pages/runs/list).
 */
import clsx from "clsx";
import type { ReactNode } from "react";
import { type Column, DataHead, DataRow, tracksOf } from "./data-row.tsx";
import { InRow } from "./in-row.ts";

export type { Column } from "./data-row.tsx";

export interface DataListProps<Row> {
  /** What the rows are. */
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf(row: Row): string;
  /** Page of a row, below the base; null: it has none. */
  hrefOf?: ((row: Row) => string | null) | undefined;
  /** `data-testid` of each row. */
  testId?: string | undefined;
  /** What is shown belongs to another filter. */
  stale?: boolean | undefined;
  className?: string | undefined;
}

/** The list. `columns` should be made once (a constant, or `useMemo`): rows are drawn again when it changes. */
export function DataList<Row>(props: DataListProps<Row>): ReactNode {
  const { label, rows, columns, keyOf, hrefOf, testId, stale, className } = props;
  return (
    <div
      role="table"
      aria-label={label}
      className={clsx("data-list", stale && "data-list-stale", className)}
      style={tracksOf(columns)}
    >
      <DataHead columns={columns} />
      <div role="rowgroup">
        <InRow value>
          {rows.map((row) => {
            const key = keyOf(row);
            return (
              <DataRow
                key={key}
                id={key}
                row={row}
                columns={columns as readonly Column<unknown>[]}
                href={hrefOf?.(row) ?? null}
                testId={testId}
              />
            );
          })}
        </InRow>
      </div>
    </div>
  );
}
