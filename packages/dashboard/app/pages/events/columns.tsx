/** The columns of the event list. */
import type { EventLine } from "@stepwell/api/dashboard";
import { shortId } from "../../data/short-id.ts";
import { formatBytes, Time } from "../../data/time.tsx";
import type { Column } from "../../parts/data-list.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";

const shownRuns = 3;

export const eventColumns: readonly Column<EventLine>[] = [
  {
    id: "name",
    title: "Event",
    width: "minmax(0, 2fr)",
    phone: 1,
    grow: true,
    opens: true,
    render: ({ name, internal }) => (
      <span className={internal ? "text-dim" : "font-medium"} title={name}>
        {name}
      </span>
    ),
  },
  {
    id: "id",
    title: "Id",
    width: "minmax(104px, 0.8fr)",
    render: ({ id, externalId }) => (
      <code className="text-dim" title={externalId === id ? id : `${id}, sent as ${externalId}`}>
        {externalId === id ? shortId(id) : externalId}
      </code>
    ),
  },
  {
    id: "runs",
    title: "Runs",
    width: "minmax(0, 2.4fr)",
    phone: 2,
    grow: true,
    render: ({ runs }) => <Runs runs={runs} />,
  },
  {
    id: "size",
    title: "Size",
    width: "72px",
    align: "end",
    render: ({ bytes }) => <span className="text-dim">{formatBytes(bytes)}</span>,
  },
  {
    id: "received",
    title: "Received",
    width: "112px",
    align: "end",
    phone: 1,
    render: ({ receivedAt }) => <Time at={receivedAt} className="text-dim" />,
  },
];

function Runs({ runs }: Pick<EventLine, "runs">) {
  if (runs.length === 0) return <span className="text-faint">none</span>;
  return (
    <span className="flex min-w-0 items-center gap-3">
      {runs.slice(0, shownRuns).map((run) => (
        <span key={run.id} className="flex min-w-0 items-center gap-1.5">
          <span className="shrink-0">
            <StatusBadge status={run.status} look="icon" testId="run-status" />
          </span>
          <span className="truncate">{run.function.name}</span>
        </span>
      ))}
      {runs.length > shownRuns && (
        <span className="text-dim">
          +{runs.length >= 10 ? `${runs.length - shownRuns} or more` : runs.length - shownRuns}
        </span>
      )}
    </span>
  );
}
