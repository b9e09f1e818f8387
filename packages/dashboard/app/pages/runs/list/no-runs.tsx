/** No run is there: none ever was, or none matches. The one teaches, the other helps to widen the filter. */
import { ListFilter } from "lucide-react";
import type { ReactNode } from "react";
import { useCall } from "../../../data/api.ts";
import { formatCount } from "../../../data/time.tsx";
import { Button } from "../../../parts/button.tsx";
import { Pill } from "../../../parts/pill.tsx";
import { Empty, Skeleton } from "../../../parts/states.tsx";
import { ConnectFirst, SendFirst } from "../../overview/getting-started.tsx";
import { chipsOf, valuesOf, withoutChip, withValues } from "../filter/chips.ts";

export function NoRuns({ q, onFilter }: { q: string | undefined; onFilter(q: string): void }): ReactNode {
  return q === undefined ? <NeverRan /> : <NoneMatches q={q} onFilter={onFilter} />;
}

function NeverRan(): ReactNode {
  const apps = useCall("listApps", {}).data?.data;
  if (apps === undefined) return <Skeleton lines={6} />;
  return (
    <div className="mx-auto flex max-w-2xl flex-col gap-4 pt-6">
      <p className="text-center text-lg font-semibold">No runs yet</p>
      <p className="text-center text-pretty text-dim">
        {apps.length === 0
          ? "A run begins when an event starts a function of your app. Connect the app first; the run shows up here by itself."
          : "Your app is connected. A run begins when an event starts one of its functions; it shows up here by itself."}
      </p>
      {apps.length === 0 && <ConnectFirst />}
      <SendFirst />
    </div>
  );
}

const wider: Readonly<Record<string, string>> = { "15m": "1h", "1h": "24h", "24h": "7d", "7d": "30d" };

function NoneMatches({ q, onFilter }: { q: string; onFilter(q: string): void }): ReactNode {
  const total = useCall("countRuns", { query: {} }, { freshMs: 30_000 }).data?.data;
  const [since = ""] = valuesOf(q, "since");
  const next = wider[since];
  return (
    <div className="data-list">
      <Empty
        icon={<ListFilter aria-hidden size={28} />}
        title={total === undefined ? "No run matches" : `0 of ${formatCount(total)} runs match`}
      >
        <p>Take away a term, or look further back:</p>
        <div className="flex flex-wrap justify-center gap-2">
          {chipsOf(q).map((chip) => (
            <Pill
              key={chip.from}
              onRemove={() => onFilter(withoutChip(q, chip))}
              removeLabel={`Remove ${chip.name} ${chip.value}`}
            >
              {chip.not && "not "}
              {chip.name} <bdi className="filter-value">{chip.value}</bdi>
            </Pill>
          ))}
        </div>
        <div className="flex flex-wrap justify-center gap-2">
          {since !== "" && (
            <Button
              size="small"
              onClick={() => onFilter(withValues(q, "since", next === undefined ? [] : [next]))}
            >
              {next === undefined ? "Look at any time" : `Look back ${next}`}
            </Button>
          )}
          <Button size="small" onClick={() => onFilter("")}>
            Show all runs
          </Button>
        </div>
      </Empty>
    </div>
  );
}
