/** The unfolded part of a schedule: the next ten ticks in both zones, and what became of the past ones. */
import type { ScheduleLine } from "@stepwell/api/dashboard";
import { useState } from "react";
import { usePages } from "../../data/api.ts";
import { formatDuration, Time, useZone, zoneName } from "../../data/time.tsx";
import { AppLink } from "../../parts/link.tsx";
import { LoadMore } from "../../parts/load-more.tsx";
import { Pill } from "../../parts/pill.tsx";
import { Failure, Skeleton } from "../../parts/states.tsx";
import { offsetChanges, timeInZone } from "./filter.ts";
import { TickMark } from "./tick-strip.tsx";
import { latenessMs, type Tick, tickKind, wordsOfTick } from "./ticks.ts";

export function Ticks({ line }: { line: ScheduleLine }) {
  return (
    <div className="grid gap-x-10 gap-y-6 border-t border-line bg-ground px-4 py-4 md:pl-14 lg:grid-cols-2">
      <Next line={line} />
      <Log line={line} />
    </div>
  );
}

function Next({ line }: { line: ScheduleLine }) {
  const viewer = zoneName(useZone());
  const both = viewer !== line.zone;
  if (line.next.length === 0) return <p className="text-dim">This expression never fires again.</p>;
  return (
    <section className="min-w-0 overflow-x-auto">
      <table className="w-full text-left tabular-nums">
        <caption className="mb-2 text-left font-semibold">Next ten ticks</caption>
        <thead className="text-xs text-dim">
          <tr>
            <th className="pr-4 pb-1 font-medium">{line.zone}</th>
            {both && <th className="pr-4 pb-1 font-medium max-md:hidden">{viewer} (yours)</th>}
            <th className="pb-1 text-right font-medium">From now</th>
          </tr>
        </thead>
        <tbody>
          {line.next.map((at, index) => {
            const before = line.next[index - 1];
            return (
              <tr key={at} className="border-t border-line">
                <td className="py-1 pr-4 whitespace-nowrap">
                  {timeInZone(at, line.zone)}
                  {before && offsetChanges(before, at, line.zone) && (
                    <span className="ml-2 text-xs text-waiting">clocks change</span>
                  )}
                  {both && (
                    <span className="block text-xs text-dim md:hidden">{timeInZone(at, viewer)} (yours)</span>
                  )}
                </td>
                {both && (
                  <td className="py-1 pr-4 whitespace-nowrap text-dim max-md:hidden">
                    {timeInZone(at, viewer)}
                  </td>
                )}
                <td className="py-1 text-right text-dim">
                  <Time at={at} as="relative" />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Log({ line }: { line: ScheduleLine }) {
  const [missed, setMissed] = useState(false);
  const ticks = usePages("listTicks", {
    params: { id: line.id },
    query: { limit: 20, outcome: missed ? "missed" : undefined },
  });
  return (
    <section className="min-w-0" aria-label={`Tick log of ${line.function.name}`}>
      <div className="mb-2 flex items-center gap-3">
        <h2 className="font-semibold">Tick log</h2>
        <Pill pressed={missed} onPress={() => setMissed(!missed)}>
          Missed only
        </Pill>
      </div>
      {ticks.error && <Failure inline error={ticks.error} retry={ticks.refetch} />}
      {ticks.loading && <Skeleton lines={4} className="py-2" />}
      {!ticks.loading && !ticks.error && ticks.rows.length === 0 && (
        <p className="text-dim">{missed ? "None was missed." : "There has been no tick yet."}</p>
      )}
      <ol>
        {ticks.rows.map((tick) => (
          <li key={`${tick.scheduledAt} ${tick.decidedAt}`} className="border-t border-line py-1.5">
            <LogLine tick={tick} zone={line.zone} />
          </li>
        ))}
      </ol>
      <LoadMore more={ticks.more} loading={ticks.loadingMore} onMore={ticks.loadMore} automatic={false} />
    </section>
  );
}

function LogLine({ tick, zone }: { tick: Tick; zone: string }) {
  const kind = tickKind(tick);
  const late = latenessMs(tick);
  return (
    <div className="grid grid-cols-[96px_minmax(0,1fr)_auto] items-start gap-x-3">
      <TickMark kind={kind} />
      <div className="min-w-0">
        <span className="tabular-nums">
          {timeInZone(tick.scheduledAt, zone)}
          {tick.until && ` to ${timeInZone(tick.until, zone)}`}
        </span>
        <span className="block text-xs text-dim">
          {wordsOfTick(kind)}
          {late > 0 && ` Started ${formatDuration(late)} late.`}
        </span>
      </div>
      {tick.runId && (
        <AppLink href={`/runs/${encodeURIComponent(tick.runId)}`} className="link">
          Run
        </AppLink>
      )}
    </div>
  );
}
