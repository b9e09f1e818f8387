/** What a function fails with, grouped: the most frequent first, each with its newest run. */
import type { FunctionDetail } from "@stepwell/api/dashboard";
import { CircleCheck, OctagonX } from "lucide-react";
import { countOf } from "../../charts/numbers.ts";
import { Time } from "../../data/time.tsx";
import { Card } from "../../parts/card.tsx";
import { AppLink } from "../../parts/link.tsx";
import { Empty } from "../../parts/states.tsx";
import { filterValue, runsHref } from "../runs-href.ts";

export function ErrorsTab({ fn }: { fn: FunctionDetail }) {
  if (fn.errors.length === 0)
    return (
      <Card>
        <Empty title="No failures" icon={<CircleCheck aria-hidden size={22} />}>
          <p>None of its newest runs failed.</p>
        </Empty>
      </Card>
    );
  return (
    <Card flush>
      <ul className="divide-y divide-line">
        {fn.errors.map((error) => (
          <li
            key={`${error.name} ${error.message}`}
            data-testid="error-group"
            className="flex gap-3 px-4 py-3"
          >
            <OctagonX aria-hidden size={16} className="mt-0.5 shrink-0 text-failed" />
            <div className="min-w-0 flex-1">
              <p className="break-words">
                <span className="font-semibold text-failed">{error.name}</span>{" "}
                <span className="line-clamp-3 inline">{error.message}</span>
              </p>
              <p className="mt-1 flex flex-wrap gap-x-4 text-xs text-dim">
                <span>{countOf(error.count, "time")}</span>
                <span>
                  last <Time at={error.lastAt} />
                </span>
                <AppLink href={`/runs/${encodeURIComponent(error.runId)}`} className="link">
                  Newest run
                </AppLink>
                <AppLink
                  href={runsHref(["function", fn.slug], `error.name:${filterValue(error.name)}`)}
                  className="link"
                >
                  All of its runs
                </AppLink>
              </p>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
