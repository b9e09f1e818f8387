/** The tabs of a run beside its timeline: its events, what it returned, the function's rules, and everything as JSON. */
import type { RunView } from "@stepwell/api/dashboard";
import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { formatBytes, Time } from "../../../data/time.tsx";
import { Button } from "../../../parts/button.tsx";
import { Card } from "../../../parts/card.tsx";
import { Definition } from "../../../parts/definition.tsx";
import { AppLink } from "../../../parts/link.tsx";
import { Empty } from "../../../parts/states.tsx";
import { Words } from "../../../parts/words.tsx";
import { FailureView } from "../detail/failure-view.tsx";
import { Payload, saveAs } from "../detail/payload.tsx";
import type { Span } from "../waterfall/spans.ts";

export function EventsTab({ run }: { run: RunView }): ReactNode {
  if (run.eventList.length === 0)
    return (
      <Empty title="Its events are no longer stored">
        Retention removed them, or the run is of a schedule that had none.
      </Empty>
    );
  return (
    <div className="flex flex-col gap-3">
      {run.eventList.map((event) => (
        <Card
          key={event.id}
          title={<bdi>{event.name}</bdi>}
          note={
            <>
              received <Time at={event.at} /> · {formatBytes(event.bytes)}
            </>
          }
          actions={
            <AppLink className="link" href={`/events/${event.id}`}>
              What became of it
            </AppLink>
          }
        >
          {event.cut ? (
            <p className="text-dim">It is too large to be shown with the others. Its own page has it.</p>
          ) : (
            <Payload value={event.payload} label="Event" name={`event-${event.id}`} root="event" />
          )}
        </Card>
      ))}
    </div>
  );
}

export function OutputTab({ run }: { run: RunView }): ReactNode {
  if (run.failure !== null)
    return (
      <Card title="What it failed with">
        <FailureView failure={run.failure} />
      </Card>
    );
  if (run.output !== undefined)
    return (
      <Card title="What it returned">
        <Payload value={run.output} label="Output" name={`run-${run.id}-output`} root="output" />
      </Card>
    );
  const why: Partial<Record<RunView["status"], string>> = {
    queued: "It has not started yet.",
    running: "It has not ended yet.",
    cancelled: "It was cancelled before it returned something.",
    skipped: "It was skipped, so it never ran.",
  };
  return <Empty title="No output">{why[run.status] ?? "It returned nothing."}</Empty>;
}

export function ConfigTab({ run }: { run: RunView }): ReactNode {
  if (run.config === null) return <Empty title="The function is gone">It is no longer in its app.</Empty>;
  return (
    <Card
      title="Rules of the function"
      note={`As they are now, set in the app's code. The run began with version ${run.functionVersion}.`}
      actions={
        <AppLink className="link" href={`/functions/${run.function.id}?tab=config`}>
          The function
        </AppLink>
      }
    >
      <Definition
        items={run.config.map(({ option, text }) => ({
          term: option,
          value: <Words text={text} />,
        }))}
      />
    </Card>
  );
}

export function RawTab({ run, root }: { run: RunView; root: Span | null }): ReactNode {
  const value = { run, trace: root };
  return (
    <Card
      title="Everything that the API tells of it"
      actions={
        <Button
          size="small"
          icon={<Download aria-hidden size={14} />}
          onClick={() => saveAs(`${run.id}.stepwell-run.json`, JSON.stringify(value, null, 2))}
        >
          Download
        </Button>
      }
    >
      <Payload value={value} label="Run" name={`run-${run.id}`} />
    </Card>
  );
}
