/** The newest runs of a function; the run list has all of them. */
import type { FunctionDetail, RunLine } from "@stepwell/api/dashboard";
import { useCall } from "../../data/api.ts";
import { type Column, DataList } from "../../parts/data-list.tsx";
import { AppLink } from "../../parts/link.tsx";
import { Empty } from "../../parts/states.tsx";
import { Loaded } from "../loaded.tsx";
import { runColumns } from "../runs/list/columns.tsx";
import { filterValue, runsHref } from "../runs-href.ts";
import "../runs/runs.css";

export function RunsTab({ fn }: { fn: FunctionDetail }) {
  const runs = useCall("listRuns", { query: { q: `function:${filterValue(fn.slug)}`, limit: 20 } });
  return (
    <Loaded result={runs}>
      {(rows) =>
        rows.length === 0 ? (
          <div className="card">
            <Empty title="It never ran" />
          </div>
        ) : (
          <>
            <DataList
              label={`Newest runs of ${fn.name}`}
              rows={rows}
              columns={columns}
              keyOf={({ id }) => id}
              hrefOf={({ id }) => `/runs/${encodeURIComponent(id)}`}
              testId="run-row"
            />
            <p className="mt-3">
              <AppLink href={runsHref(["function", fn.slug])} className="link">
                All runs of {fn.name}
              </AppLink>
            </p>
          </>
        )
      }
    </Loaded>
  );
}

/** Those of the run list without the function, which is known here; the trigger leads to the run. */
const columns: readonly Column<RunLine>[] = runColumns
  .filter(({ id }) => id !== "function")
  .map((column) => (column.id === "trigger" ? { ...column, opens: true, phone: 1, grow: true } : column));
