/** Which functions have runs that wait for their start, as bars, the longest queue first. */
import type { Overview } from "@stepwell/api/dashboard";
import { formatCount, Time } from "../../data/time.tsx";
import { Card } from "../../parts/card.tsx";
import { AppLink } from "../../parts/link.tsx";
import { runsHref } from "../runs-href.ts";

export function Backlog({ backlog }: { backlog: Overview["backlog"] }) {
  const most = Math.max(1, ...backlog.map(({ queued }) => queued.count));
  return (
    <Card title="Backlog by function" flush testId="backlog">
      {backlog.length === 0 ? (
        <p className="px-4 pb-4 text-dim">No run waits for its start.</p>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {backlog.map((item) => (
            <li key={item.function.id}>
              <Bar item={item} share={item.queued.count / most} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Bar({ item, share }: { item: Overview["backlog"][number]; share: number }) {
  return (
    <AppLink
      href={runsHref("status:queued", ["function", item.function.slug])}
      className="hover:bg-hover focus-visible:-outline-offset-2 block px-4 py-2"
    >
      <span className="flex items-baseline gap-3">
        <span className="min-w-0 flex-1 truncate text-ink" title={`${item.app.name} / ${item.function.name}`}>
          {item.function.name} <span className="text-dim">{item.app.name}</span>
        </span>
        <span className="tabular-nums font-medium">{formatCount(item.queued)}</span>
      </span>
      <span className="mt-1 flex items-center gap-3">
        <span className="h-1.5 min-w-0 flex-1 rounded-full bg-line" aria-hidden>
          <span className="block h-full min-w-1 rounded-full bg-chart" style={{ width: `${share * 100}%` }} />
        </span>
        <span className="text-xs text-dim">
          oldest <Time at={item.oldestAt} />
        </span>
      </span>
    </AppLink>
  );
}
