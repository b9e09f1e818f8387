/** The columns of the function list. */
import type { FunctionLine } from "@stepwell/api/dashboard";
import { CalendarClock, Zap } from "lucide-react";
import { countOf, percentOf } from "../../charts/numbers.ts";
import { formatCount, formatDuration, Time } from "../../data/time.tsx";
import type { Column } from "../../parts/data-list.tsx";
import { Sparkline } from "../../parts/sparkline.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { triggerText } from "./trigger-text.ts";

export const functionColumns: readonly Column<FunctionLine>[] = [
  {
    id: "name",
    title: "Function",
    width: "minmax(0, 2fr)",
    phone: 1,
    grow: true,
    opens: true,
    render: (line) => (
      <span className="flex min-w-0 items-center gap-2">
        <span className="truncate font-medium" title={line.slug}>
          {line.name}
        </span>
        <Mode line={line} />
      </span>
    ),
  },
  {
    id: "triggers",
    title: "Triggers",
    width: "minmax(0, 2fr)",
    phone: 2,
    grow: true,
    render: ({ triggers }) => <Triggers triggers={triggers} />,
  },
  {
    id: "day",
    title: "Last 24 hours",
    width: "104px",
    render: (line) => <Sparkline points={line.sparkline} label={wordsOfDay(line)} />,
  },
  {
    id: "failed",
    title: "Failed",
    width: "64px",
    align: "end",
    phone: 2,
    render: (line) => <FailureShare line={line} />,
  },
  {
    id: "p95",
    title: "p95",
    width: "72px",
    align: "end",
    render: ({ p95Ms }) => formatDuration(p95Ms),
  },
  {
    id: "queued",
    title: "Queued",
    width: "64px",
    align: "end",
    render: ({ queued }) => <Quiet zero={queued.count === 0}>{formatCount(queued)}</Quiet>,
  },
  {
    id: "running",
    title: "Running",
    width: "64px",
    align: "end",
    render: ({ running }) => <Quiet zero={running.count === 0}>{formatCount(running)}</Quiet>,
  },
  {
    id: "last",
    title: "Last run",
    width: "176px",
    phone: 1,
    render: ({ lastRun }) =>
      lastRun ? (
        <span className="flex items-center gap-2">
          <StatusBadge status={lastRun.status} look="plain" />
          <span className="text-dim max-md:hidden">
            <Time at={lastRun.queuedAt} />
          </span>
        </span>
      ) : (
        <span className="text-faint">never ran</span>
      ),
  },
];

/** An active function needs no badge. */
function Mode({ line: { archived, mode } }: { line: FunctionLine }) {
  if (!archived && mode === "active") return null;
  return (
    <span className="shrink-0">
      <StatusBadge status={archived ? "archived" : mode} testId="function-mode" />
    </span>
  );
}

const roomForTriggers = 36;

/** What starts it: as many as have room, at least the first. */
function Triggers({ triggers }: Pick<FunctionLine, "triggers">) {
  if (triggers.length === 0) return <span className="text-faint">invoked only</span>;
  const [first, second] = triggers.map(triggerText);
  const both = `${first}${second ?? ""}`.length <= roomForTriggers;
  const shown = triggers.slice(0, both ? 2 : 1);
  const all = triggers.map(({ text, words }) => (words ? `${text}: ${words}` : text)).join("\n");
  return (
    <span className="flex min-w-0 items-center gap-3" title={all}>
      {shown.map(({ kind, text, words }) => (
        <span key={text} className="flex min-w-0 items-center gap-1 text-dim">
          {kind === "cron" ? (
            <CalendarClock aria-label="schedule" size={13} className="shrink-0" />
          ) : (
            <Zap aria-label="event" size={13} className="shrink-0" />
          )}
          <span className="truncate">{triggerText({ kind, text, words })}</span>
        </span>
      ))}
      {triggers.length > shown.length && (
        <span className="text-faint">+{triggers.length - shown.length}</span>
      )}
    </span>
  );
}

function FailureShare({ line: { ended, failed } }: { line: FunctionLine }) {
  if (ended === 0) return <span className="text-faint max-md:hidden">–</span>;
  if (failed === 0) return <span className="text-dim max-md:hidden">0 %</span>;
  return (
    <span className="font-medium text-failed" title={`${formatCount(failed)} of ${countOf(ended, "run")}`}>
      {percentOf(failed, ended)}
      <span className="md:hidden"> failed</span>
    </span>
  );
}

function Quiet({ zero, children }: { zero: boolean; children: string }) {
  return <span className={zero ? "text-faint" : undefined}>{children}</span>;
}

function wordsOfDay({ ended, failed, name }: FunctionLine): string {
  return ended === 0
    ? `${name}: nothing ended in the last 24 hours`
    : `${name}: ${countOf(ended, "run")} ended in the last 24 hours, ${formatCount(failed)} failed`;
}
