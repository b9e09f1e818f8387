/** A span in names and values: when, how long, what it waits for, and where that leads. */
import type { RunView } from "@stepwell/api/dashboard";
import type { ReactNode } from "react";
import { formatDuration, Time } from "../../../data/time.tsx";
import { Copy } from "../../../parts/copy.tsx";
import { Definition } from "../../../parts/definition.tsx";
import { AppLink } from "../../../parts/link.tsx";
import { tookMs } from "../waterfall/row.tsx";
import { kindWords, statusWordsOf } from "../waterfall/span-words.tsx";
import { beginningOf, kindOf, type Span } from "../waterfall/spans.ts";
import { queuedMs } from "../waterfall/table.tsx";
import { Countdown } from "../why/countdown.tsx";

type Items = { term: string; value: ReactNode }[];

export function Summary({ span, run, now }: { span: Span; run: RunView; now: number }): ReactNode {
  const items: Items = [
    { term: "Status", value: statusWordsOf(span) },
    { term: "Kind", value: kindWords(span) },
    ...idItems(span),
    ...timeItems(span, run, now),
    ...waitItems(span),
  ];
  if (kindOf(span) === "run")
    items.push({ term: "Version", value: `${run.functionVersion} of the function` });
  return <Definition items={items} />;
}

function idItems({ stepId }: Span): Items {
  if (stepId === null) return [];
  return [
    {
      term: "Step id",
      value: (
        <span className="inline-flex max-w-full items-center gap-1">
          <code className="break-all">{stepId}</code>
          <Copy text={stepId} label="Copy the step's id" />
        </span>
      ),
    },
  ];
}

function timeItems(span: Span, run: RunView, now: number): Items {
  const items: Items = [];
  const instant = (term: string, at: string | null) => {
    if (at === null) return;
    const after = Date.parse(at) - Date.parse(run.queuedAt);
    items.push({
      term,
      value: (
        <>
          <Time at={at} as="absolute" />{" "}
          <span className="text-dim tabular-nums">+{formatDuration(after)}</span>
        </>
      ),
    });
  };
  const { queuedAt, startedAt } = beginningOf(span);
  instant("Queued", queuedAt);
  instant("Started", startedAt);
  instant("Ended", span.endedAt);
  const queued = queuedMs(span);
  if (queued !== null) items.push({ term: "In queue", value: formatDuration(queued) });
  const took = tookMs(span, now);
  if (took !== null) items.push({ term: "Took", value: formatDuration(took) });
  if (span.attemptCount !== null && span.attemptCount > 0)
    items.push({ term: "Attempts", value: span.attemptCount });
  return items;
}

function waitItems({ stepInfo, status }: Span): Items {
  if (stepInfo === null) return [];
  const items: Items = [];
  const add = (term: string, value: ReactNode) => {
    if (value !== null && value !== undefined) items.push({ term, value });
  };
  const open = status === "WAITING";
  if (stepInfo.sleepUntil !== undefined) add("Sleeps until", <Until at={stepInfo.sleepUntil} open={open} />);
  if (stepInfo.eventName !== undefined) add("Event", <code className="break-all">{stepInfo.eventName}</code>);
  if (stepInfo.signal !== undefined) add("Signal", <code className="break-all">{stepInfo.signal}</code>);
  if (stepInfo.expression) add("If", <code className="break-all">{stepInfo.expression}</code>);
  if (stepInfo.timeout) add("Until at the latest", <Until at={stepInfo.timeout} open={open} />);
  if (stepInfo.timedOut === true) add("Outcome", "Nothing came in time");
  if (stepInfo.foundEventID)
    add(
      "Event that came",
      <AppLink href={`/events/${stepInfo.foundEventID}`}>{stepInfo.foundEventID}</AppLink>,
    );
  if (stepInfo.runID)
    add("Invoked run", <AppLink href={`/runs/${stepInfo.runID}`}>{stepInfo.runID}</AppLink>);
  if (stepInfo.triggeringEventID)
    add(
      "Invoked by event",
      <AppLink href={`/events/${stepInfo.triggeringEventID}`}>{stepInfo.triggeringEventID}</AppLink>,
    );
  return items;
}

function Until({ at, open }: { at: string; open: boolean }): ReactNode {
  return (
    <>
      <Time at={at} as="absolute" />
      {open && (
        <span className="text-dim">
          {" "}
          (<Countdown to={at} />)
        </span>
      )}
    </>
  );
}
