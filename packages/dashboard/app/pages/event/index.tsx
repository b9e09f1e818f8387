/** One event: what came in, and what each function made of it. */
import type { EventDetail, RelatedRun } from "@stepwell/api/dashboard";
import { useParams } from "@tanstack/react-router";
import { Send } from "lucide-react";
import { useCall } from "../../data/api.ts";
import { useCan } from "../../data/session.ts";
import { shortId } from "../../data/short-id.ts";
import { formatBytes, Time } from "../../data/time.tsx";
import { Button } from "../../parts/button.tsx";
import { Card } from "../../parts/card.tsx";
import { Copy } from "../../parts/copy.tsx";
import { type Column, DataList } from "../../parts/data-list.tsx";
import { JsonTree } from "../../parts/json-tree.tsx";
import { AppLink } from "../../parts/link.tsx";
import { Page } from "../../parts/page.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { dataOfPayload } from "../events/send/draft.ts";
import { SendEventHost } from "../events/send-event.tsx";
import { Loaded } from "../loaded.tsx";
import { usePageSearch } from "../use-page-search.ts";
import { OutcomeList } from "./outcome-list.tsx";
import { summariseOutcomes } from "./outcomes.ts";
import { parseSearch } from "./search.ts";

/** Another event is another page: nothing of the one before is shown, or sent again, meanwhile. */
export function EventPage() {
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  return <OneEvent key={id} id={id} />;
}

function OneEvent({ id }: { id: string }) {
  const result = useCall("getEvent", { params: { id } });
  const event = result.data?.data;
  return (
    <Page
      title={event?.name ?? "Event"}
      above={<AppLink href="/events">Events</AppLink>}
      below={event && <About event={event} />}
      actions={event && <SendAgain event={event} />}
    >
      <Loaded result={result}>{(detail) => <Content event={detail} />}</Loaded>
      {event && <SendEventHost data={dataOfPayload(event.payload)} />}
    </Page>
  );
}

function About({ event }: { event: EventDetail }) {
  const sentId = event.externalId !== event.id;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <Id text={event.id} label="event's id" />
      {sentId && (
        <span className="inline-flex max-w-full items-center gap-1">
          sent as <Id text={event.externalId} label="sender's id" />
        </span>
      )}
      <span>
        received <Time at={event.receivedAt} />
      </span>
      {happenedEarlier(event) && (
        <span>
          happened <Time at={event.occurredAt} />
        </span>
      )}
      <span>{formatBytes(event.bytes)}</span>
      {event.internal && <span>the server's own event</span>}
    </div>
  );
}

/** Or later: a time of its own was given. What lies within two seconds is the way to the server. */
function happenedEarlier({ occurredAt, receivedAt }: EventDetail): boolean {
  return Math.abs(Date.parse(occurredAt) - Date.parse(receivedAt)) > 2000;
}

function Id({ text, label }: { text: string; label: string }) {
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <code className="break-all">{text}</code>
      <Copy text={text} label={`Copy the ${label}`} />
    </span>
  );
}

/** As a new event: nothing of the old one is touched, and the data can be changed before. */
function SendAgain({ event }: { event: EventDetail }) {
  const [, change] = usePageSearch(parseSearch);
  const can = useCan("sendEvent");
  const why = event.internal ? "The server's own events cannot be sent by hand" : can;
  return (
    <Button
      icon={<Send aria-hidden size={14} />}
      disabledWhy={why}
      onClick={() => change({ send: event.name })}
    >
      Send again…
    </Button>
  );
}

function Content({ event }: { event: EventDetail }) {
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="flex min-w-0 flex-col gap-4">
        <Card
          title="What became of it"
          note={summariseOutcomes(event.outcomes)}
          testId="outcomes"
          flush={event.outcomes.length === 0}
        >
          <OutcomeList outcomes={event.outcomes} runs={event.runs} />
        </Card>
        {event.runs.length > 0 && (
          <Card title="Runs" flush>
            <DataList
              label="Runs of this event"
              rows={event.runs}
              columns={runColumns}
              keyOf={({ id }) => id}
              hrefOf={({ id }) => `/runs/${encodeURIComponent(id)}`}
              testId="run-row"
            />
          </Card>
        )}
      </div>
      <Card title="Payload" note="As functions get it.">
        <JsonTree value={event.payload} label="payload" root="event" open={3} />
      </Card>
    </div>
  );
}

const runColumns: readonly Column<RelatedRun>[] = [
  {
    id: "status",
    title: "Status",
    width: "120px",
    phone: 1,
    render: ({ status }) => <StatusBadge status={status} look="plain" testId="run-status" />,
  },
  {
    id: "function",
    title: "Function",
    width: "minmax(0, 1fr)",
    phone: 1,
    grow: true,
    opens: true,
    render: (run) => run.function.name,
  },
  {
    id: "run",
    title: "Run",
    width: "96px",
    phone: 2,
    render: ({ id }) => <code title={id}>{shortId(id)}</code>,
  },
  {
    id: "queued",
    title: "Queued",
    before: "queued",
    width: "104px",
    phone: 2,
    render: ({ queuedAt }) => <Time at={queuedAt} />,
  },
  {
    id: "ended",
    title: "Ended",
    before: "ended",
    width: "104px",
    phone: 2,
    render: ({ endedAt }) => <Time at={endedAt} empty="not yet" />,
  },
];
