/** Lists as cards show them: the newest rows, and more of them on request. */
import type { ComponentProps, ReactNode } from "react";
import { textLink } from "./links.ts";

const FEW = 10;
const MANY = 500;

/** How many rows to read: one more than are shown says that there are more. */
export function rowsToRead(more: boolean): number {
  return more ? MANY : FEW + 1;
}

export function Rows(list: ComponentProps<"ul">) {
  return <ul {...list} className="-my-3 divide-y divide-slate-200 dark:divide-slate-800" />;
}

export function Row({ children, ...item }: ComponentProps<"li"> & { "data-status"?: string }) {
  return (
    <li {...item} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3">
      {children}
    </li>
  );
}

/** A row's first words, and what is said below them. */
export function RowText({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <div className="flex-1 basis-40">
      <p className="font-medium wrap-anywhere">{title}</p>
      <div className="text-sm text-slate-600 dark:text-slate-400">{children}</div>
    </div>
  );
}

export function NoRows({ children }: { children: ReactNode }) {
  return <p className="text-slate-600 dark:text-slate-400">{children}</p>;
}

type CutProps<T> = { rows: T[]; more: boolean; moreUrl: string; children: (shown: T[]) => ReactNode };

/** Shows the first rows, with a link to more where there are more. */
export function CutRows<T>({ rows, more, moreUrl, children }: CutProps<T>) {
  if (more || rows.length <= FEW) return children(rows);
  return (
    <>
      {children(rows.slice(0, FEW))}
      <p className="mt-4">
        <a href={moreUrl} className={textLink}>
          Show more
        </a>
      </p>
    </>
  );
}
