/** Head and rows of a list, for lists that are whole in the page and for those that show a part of their rows. */
import clsx from "clsx";
import { type CSSProperties, type MouseEvent, memo, type ReactNode } from "react";
import { AppLink, isPlainClick, useGo } from "./link.tsx";

export interface Column<Row> {
  id: string;
  title: string;
  /** A track of CSS grid: `120px`, `minmax(0, 2fr)`. */
  width: string;
  render(row: Row): ReactNode;
  /** Numbers end at the right. */
  align?: "end" | undefined;
  /** On phones: the line of the card that it is on; absent: not shown. */
  phone?: 1 | 2 | undefined;
  /** On phones, which show no titles: the word that stands before it. */
  before?: string | undefined;
  /** On phones it takes the room that is left on its line. */
  grow?: boolean | undefined;
  /** True: the title is for screen readers only. */
  titleHidden?: boolean | undefined;
  /** True: what it renders becomes the row's link (default: the first column). */
  opens?: boolean | undefined;
}

/** For the `style` of the list: the tracks of its rows. @param chosen rows begin with a checkbox */
export function tracksOf(columns: readonly Pick<Column<never>, "width">[], chosen = false): CSSProperties {
  const widths = columns.map(({ width }) => width);
  return { "--columns": (chosen ? ["28px", ...widths] : widths).join(" ") } as CSSProperties;
}

interface DataHeadProps {
  columns: readonly Pick<Column<never>, "id" | "title" | "align" | "titleHidden">[];
  /** Above the checkboxes of the rows. */
  check?: ReactNode;
  /** True: not all rows are in the page, so rows say which one they are. */
  indexed?: boolean;
}

/** The row of column titles. */
export function DataHead({ columns, check, indexed }: DataHeadProps): ReactNode {
  return (
    <div role="row" aria-rowindex={indexed ? 1 : undefined} className="data-head">
      {check !== undefined && (
        <div role="columnheader" className="data-check">
          <span className="sr-only">Selected</span>
          {check}
        </div>
      )}
      {columns.map(({ id, title, align, titleHidden }) => (
        <div key={id} role="columnheader" className={align === "end" ? "text-right" : undefined}>
          <span className={titleHidden ? "sr-only" : undefined}>{title}</span>
        </div>
      ))}
    </div>
  );
}

interface DataRowProps {
  id: string;
  row: unknown;
  columns: readonly Column<unknown>[];
  /** Page of the row, below the base; null: it has none. */
  href: string | null;
  testId: string | undefined;
  /** Its number, where not all rows are in the page. */
  index?: number;
  /** Pixels from the top of the list, where rows lie by themselves. */
  top?: number;
  /** Null or absent: rows are not chosen. */
  selected?: boolean | null;
  /** Of the row, for its checkbox. */
  name?: string;
  select?(key: string, range: boolean): void;
  /** More attributes, like `data-flash`. */
  extra?: ((row: unknown) => Record<string, string | boolean | undefined>) | undefined;
}

/** A row; drawn again only when one of its properties is another one. */
export const DataRow = memo(function DataRow(props: DataRowProps): ReactNode {
  const { id, row, columns, href, testId, index, top, selected = null, name, select, extra } = props;
  const go = useGo();
  const opener = columns.find(({ opens }) => opens) ?? columns[0];
  const open = (event: MouseEvent) => {
    if (href !== null && isPlainClick(event) && !isBusy(event)) go(href);
  };
  return (
    <div
      role="row"
      aria-rowindex={index === undefined ? undefined : index + 2}
      data-index={index}
      data-row={id}
      data-testid={testId}
      {...extra?.(row)}
      className={clsx("data-row", href !== null && "data-row-open", selected && "data-row-selected")}
      style={top === undefined ? undefined : { transform: `translateY(${top}px)` }}
      onClick={open}
    >
      {selected !== null && (
        <div role="cell" className="data-cell data-check">
          <input
            type="checkbox"
            className="check"
            tabIndex={-1}
            aria-label={`Select ${name ?? id}`}
            checked={selected}
            onChange={() => {}}
            onClick={(event) => {
              event.stopPropagation();
              select?.(id, event.shiftKey);
            }}
          />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.id} role="cell" className={cellClass(column)}>
          {column.before !== undefined && <span className="md:hidden">{column.before} </span>}
          {column === opener && href !== null ? (
            <AppLink href={href} className="data-link">
              {column.render(row)}
            </AppLink>
          ) : (
            column.render(row)
          )}
        </div>
      ))}
    </div>
  );
});

function cellClass({ align, phone, grow }: Column<unknown>): string {
  return clsx(
    "data-cell",
    align === "end" && "text-right tabular-nums",
    phone === undefined ? "max-md:hidden" : `data-line-${phone}`,
    grow && "data-grow",
  );
}

/** Whether a click was meant for something in the row, or ended a selection of text. */
function isBusy({ target }: MouseEvent): boolean {
  if (target instanceof Element && target.closest("a, button, input, select, label, [role=menu]"))
    return true;
  return (getSelection()?.toString() ?? "") !== "";
}
