/** What can be done with the chosen runs. */
import type { BulkAction } from "@stepwell/api/dashboard";
import { type ReactNode, useState } from "react";
import { useCall } from "../../../data/api.ts";
import { formatCount } from "../../../data/time.tsx";
import { Button } from "../../../parts/button.tsx";
import { BulkDialog } from "./bulk-dialog.tsx";

export interface BulkBarProps {
  q: string | undefined;
  ids: ReadonlySet<string>;
  /** All that the filter finds, not the chosen ones. */
  all: boolean;
  /** There are more than those that are loaded. */
  more: boolean;
  onAll(): void;
  onClear(): void;
}

export function BulkBar({ q, ids, all, more, onAll, onClear }: BulkBarProps): ReactNode {
  const [action, ask] = useState<BulkAction | null>(null);
  const count = useCall("countRuns", { query: { q } }, { freshMs: 10_000, enabled: more || all }).data?.data;
  const matching = count === undefined ? "" : ` ${count.within === null ? "" : "≈ "}${formatCount(count)}`;
  return (
    <>
      <section className="bulk-bar" aria-label="Chosen runs">
        <span role="status" className="font-medium tabular-nums">
          {all ? `All${matching} matching` : `${formatCount(ids.size)} selected`}
        </span>
        {!all && more && (
          <Button kind="quiet" size="small" onClick={onAll}>
            Choose all{matching} matching
          </Button>
        )}
        <span className="ml-auto flex gap-2">
          <Button size="small" onClick={() => ask("rerun")}>
            Rerun…
          </Button>
          <Button size="small" kind="danger" onClick={() => ask("cancel")}>
            Cancel…
          </Button>
          <Button size="small" kind="quiet" onClick={onClear}>
            Clear
          </Button>
        </span>
      </section>
      {action !== null && (
        <BulkDialog
          action={action}
          target={all ? { q: q ?? "" } : { ids: [...ids] }}
          onClose={() => ask(null)}
          onStarted={onClear}
        />
      )}
    </>
  );
}
