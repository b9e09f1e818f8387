/** One schedule: what, when, how it went, and Run now; unfolded, its ticks. */
import type { ScheduleLine } from "@stepwell/api/dashboard";
import { ChevronRight, TriangleAlert } from "lucide-react";
import { useId } from "react";
import { countOf } from "../../charts/numbers.ts";
import { formatDuration, Time } from "../../data/time.tsx";
import { AppLink } from "../../parts/link.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { expressionOf } from "./filter.ts";
import { RunNowButton, RunNowResult, useRunNow } from "./run-now.tsx";
import { TickStrip } from "./tick-strip.tsx";
import { Ticks } from "./ticks-panel.tsx";

/** Shared with the heads of the columns. */
export const rowGrid =
  "md:grid md:grid-cols-[24px_minmax(0,1.4fr)_minmax(0,1.8fr)_minmax(88px,0.7fr)_minmax(108px,0.8fr)_184px_104px] md:items-center md:gap-x-4";

interface ScheduleRowProps {
  line: ScheduleLine;
  open: boolean;
  onToggle: () => void;
}

export function ScheduleRow({ line, open, onToggle }: ScheduleRowProps) {
  const id = useId();
  const act = useRunNow(line);
  return (
    <li data-testid="schedule-row" className="border-t border-line first:border-t-0">
      <div className={`relative px-4 py-2.5 max-md:flex max-md:flex-col max-md:gap-2 ${rowGrid}`}>
        <button
          type="button"
          className="grid size-6 place-items-center rounded-sm text-dim hover:bg-sunken max-md:absolute max-md:top-2.5 max-md:right-3"
          aria-expanded={open}
          aria-controls={id}
          aria-label={`Ticks of ${line.function.name}`}
          onClick={onToggle}
        >
          <ChevronRight aria-hidden size={16} className={open ? "rotate-90" : undefined} />
        </button>
        <FunctionCell line={line} />
        <ExpressionCell line={line} />
        <NextCell line={line} />
        <LastCell line={line} />
        <div className="min-w-0">
          <TickStrip ticks={line.lastTicks} />
          {line.missed > 0 && <Missed line={line} />}
        </div>
        <div className="md:text-right">
          <RunNowButton line={line} act={act} />
        </div>
        {(act.data || act.error) && (
          <div className="col-span-full mt-2 md:pl-10">
            <RunNowResult line={line} act={act} />
          </div>
        )}
      </div>
      <div id={id} hidden={!open}>
        {open && <Ticks line={line} />}
      </div>
    </li>
  );
}

function FunctionCell({ line: { function: fn, app } }: { line: ScheduleLine }) {
  return (
    <div className="min-w-0 max-md:pr-8">
      <div className="flex min-w-0 items-center gap-2">
        <AppLink
          href={`/functions/${encodeURIComponent(fn.id)}`}
          className="truncate font-medium hover:underline"
          title={fn.slug}
        >
          {fn.name}
        </AppLink>
        {fn.mode !== "active" && <StatusBadge status={fn.mode} />}
      </div>
      <div className="truncate text-xs text-dim">{app.name}</div>
    </div>
  );
}

function ExpressionCell({ line }: { line: ScheduleLine }) {
  const jitter = line.jitterMs === null ? "" : `, up to ${formatDuration(line.jitterMs)} later`;
  return (
    <div className="min-w-0">
      <code className="block truncate text-ink" title={line.cron}>
        {expressionOf(line.cron)}
      </code>
      <div className="truncate text-xs text-dim" title={`${line.words}${jitter}`}>
        {line.words}
        {!line.words.includes(line.zone) && ` (${line.zone})`}
        {jitter}
      </div>
    </div>
  );
}

function NextCell({ line: { next } }: { line: ScheduleLine }) {
  return (
    <div className="whitespace-nowrap">
      <span className="text-dim md:hidden">Next </span>
      {next[0] ? <Time at={next[0]} as="relative" /> : <span className="text-faint">never again</span>}
    </div>
  );
}

function LastCell({ line: { lastRun } }: { line: ScheduleLine }) {
  if (!lastRun) return <span className="text-faint">never ran</span>;
  return (
    <div className="min-w-0 max-md:flex max-md:items-center max-md:gap-2">
      <AppLink
        href={`/runs/${encodeURIComponent(lastRun.id)}`}
        className="inline-flex max-w-full hover:underline"
      >
        <StatusBadge status={lastRun.status} look="plain" testId="run-status" />
      </AppLink>
      <div className="text-xs text-dim">
        <Time at={lastRun.queuedAt} />
      </div>
    </div>
  );
}

function Missed({ line }: { line: ScheduleLine }) {
  const more = line.missed >= 1000 ? "+" : "";
  return (
    <p className="mt-1 flex items-center gap-1 text-xs font-medium text-waiting">
      <TriangleAlert aria-hidden size={12} />
      {countOf(line.missed, "tick").replace(" ", `${more} `)} missed
    </p>
  );
}
