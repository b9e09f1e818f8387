/** The columns of the run list. On phones a run is a card of two lines. */
import type { RunLine } from "@stepwell/api/dashboard";
import type { ReactNode } from "react";
import { shortId } from "../../../data/short-id.ts";
import { formatDuration, formatElapsed, Time, useNow, useZone } from "../../../data/time.tsx";
import { Copy } from "../../../parts/copy.tsx";
import type { Column } from "../../../parts/data-list.tsx";
import { StatusBadge } from "../../../parts/status-badge.tsx";
import { plainWords, Words } from "../../../parts/words.tsx";
import { triggerWords } from "../../functions/trigger-text.ts";

export const runColumns: readonly Column<RunLine>[] = [
  {
    id: "status",
    title: "Status",
    width: "104px",
    phone: 1,
    render: ({ status }) => <StatusBadge status={status} look="plain" testId="run-status" />,
  },
  {
    id: "function",
    title: "Function",
    width: "minmax(140px, 1.2fr)",
    phone: 1,
    grow: true,
    opens: true,
    render: ({ function: fn, app }) => (
      <bdi className="font-medium" title={`${fn.name} (${app.name})`}>
        {fn.name}
      </bdi>
    ),
  },
  { id: "run", title: "Run", width: "104px", render: ({ id }) => <RunId id={id} /> },
  {
    id: "trigger",
    title: "Trigger",
    width: "minmax(110px, 1.3fr)",
    render: (run) => <Trigger run={run} />,
  },
  {
    id: "queued",
    title: "Queued",
    width: "84px",
    phone: 1,
    render: ({ queuedAt }) => <Time at={queuedAt} className="text-dim" />,
  },
  {
    id: "duration",
    title: "Duration",
    width: "76px",
    align: "end",
    phone: 2,
    render: (run) => <Duration run={run} />,
  },
  {
    id: "note",
    title: "Why or error",
    width: "minmax(160px, 2fr)",
    phone: 2,
    grow: true,
    render: (run) => <Note run={run} />,
  },
];

function RunId({ id }: { id: string }): ReactNode {
  return (
    <span className="inline-flex items-center">
      <code className="text-dim" title={id}>
        {shortId(id)}
      </code>
      <span className="run-copy">
        <Copy text={id} label={`Copy the id ${id}`} />
      </span>
    </span>
  );
}

function Trigger({ run }: { run: RunLine }): ReactNode {
  const words = run.cron ?? triggerWords(run.trigger);
  return (
    <span className="text-dim" title={words}>
      {run.cron === null ? <bdi>{words}</bdi> : <code>{run.cron}</code>}
      {run.events > 1 && ` +${run.events - 1}`}
      {run.originalRunId !== null && <span className="run-tag">rerun</span>}
    </span>
  );
}

function Duration({ run }: { run: RunLine }): ReactNode {
  if (run.durationMs !== null) return formatDuration(run.durationMs);
  if (run.startedAt === null || run.endedAt !== null)
    return <span className="text-faint max-md:hidden">–</span>;
  return <Elapsed since={run.startedAt} />;
}

function Elapsed({ since }: { since: string }): ReactNode {
  const now = useNow(1000);
  return <span className="text-running">{formatElapsed(now - Date.parse(since))}</span>;
}

function Note({ run }: { run: RunLine }): ReactNode {
  const zone = useZone();
  if (run.error !== null)
    return (
      <bdi className="text-failed" title={run.error}>
        {run.error}
      </bdi>
    );
  if (run.waits !== null)
    return (
      <bdi className="text-dim" title={plainWords(run.waits, zone)}>
        <Words text={run.waits} />
      </bdi>
    );
  return null;
}
