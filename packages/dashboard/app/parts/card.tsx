/** A panel with a heading. */
import clsx from "clsx";
import { type ReactNode, useId } from "react";

export interface CardProps {
  title?: ReactNode;
  /** One line below the title. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** True: the content goes to the edges (lists, charts). */
  flush?: boolean;
  className?: string | undefined;
  testId?: string | undefined;
}

/** A panel; with a title it is a region of that name. */
export function Card({ title, note, actions, children, flush, className, testId }: CardProps): ReactNode {
  const id = useId();
  const headed = title !== undefined || actions !== undefined;
  return (
    <section
      className={clsx("card", className)}
      aria-labelledby={title === undefined ? undefined : id}
      data-testid={testId}
    >
      {headed && (
        <div className="card-header">
          <div className="min-w-0 flex-1">
            {title !== undefined && (
              <h2 id={id} className="truncate font-semibold text-ink">
                {title}
              </h2>
            )}
            {note !== undefined && <p className="text-xs text-dim">{note}</p>}
          </div>
          {actions}
        </div>
      )}
      <div className={clsx(!flush && (headed ? "px-4 pb-4" : "p-4"))}>{children}</div>
    </section>
  );
}
