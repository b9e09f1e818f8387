/** The ticks that come next, a line for each schedule. */
import type { Overview } from "@stepwell/api/dashboard";
import { Time } from "../../data/time.tsx";
import { Card } from "../../parts/card.tsx";
import { AppLink } from "../../parts/link.tsx";
import { expressionOf } from "../schedules/filter.ts";

export function NextTicks({ ticks }: { ticks: Overview["nextTicks"] }) {
  return (
    <Card title="Next ticks" flush testId="next-ticks">
      {ticks.length === 0 ? (
        <p className="px-4 pb-4 text-dim">No function has a schedule.</p>
      ) : (
        <ol className="divide-y divide-line border-t border-line">
          {ticks.map((tick) => (
            <li key={tick.scheduleId}>
              <AppLink
                href={`/schedules?open=${encodeURIComponent(tick.scheduleId)}`}
                className="hover:bg-hover focus-visible:-outline-offset-2 flex items-baseline gap-3 px-4 py-2"
              >
                <span className="min-w-0 flex-1 truncate text-ink" title={tick.function.name}>
                  {tick.function.name}
                </span>
                <code className="hidden text-xs text-dim sm:inline">{expressionOf(tick.cron)}</code>
                <span className="w-20 shrink-0 text-right text-dim">
                  <Time at={tick.at} />
                </span>
              </AppLink>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
