/** Names and values in two columns. */
import clsx from "clsx";
import type { ReactNode } from "react";

export interface DefinitionProps {
  items: readonly { term: string; value: ReactNode }[];
  /** `stacked`: the value below its name, several columns; default: beside it. */
  look?: "beside" | "stacked" | undefined;
  className?: string | undefined;
}

/** A list of names with their values. */
export function Definition({ items, look = "beside", className }: DefinitionProps): ReactNode {
  return (
    <dl className={clsx(look === "stacked" ? "definition-stacked" : "definition", className)}>
      {items.map(({ term, value }) => (
        <div key={term} className="definition-item">
          <dt className="text-dim">{term}</dt>
          <dd className="min-w-0 break-words text-ink">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
