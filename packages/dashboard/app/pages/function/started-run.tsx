/** What has become of an invoke or a Run now, live: the run's status, or that it is not there yet. */
import type { Started } from "@stepwell/api/dashboard";
import { useCall } from "../../data/api.ts";
import { AppLink } from "../../parts/link.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { Words } from "../../parts/words.tsx";
import { tidySentence } from "../../parts/words-text.ts";

export function StartedRun({ started }: { started: Started }) {
  // Without a run's id the event tells it, once the function has taken the event.
  const event = useCall("getEvent", { params: { id: started.eventId } }, { enabled: started.runId === null });
  const runId = started.runId ?? event.data?.data.runs[0]?.id ?? null;
  const run = useCall("getRun", { params: { id: runId ?? "" } }, { enabled: runId !== null });
  const outcome = event.data?.data.outcomes.find((one) => one.outcome !== "NOT_MATCHED");
  if (runId === null)
    return (
      <p role="status">
        {outcome ? (
          <Words text={tidySentence(outcome.message, outcome.gate)} />
        ) : (
          "The event was taken; its run starts in a moment."
        )}
      </p>
    );
  return (
    <p role="status" className="flex flex-wrap items-center gap-2">
      <StatusBadge status={run.data?.data.status ?? "queued"} testId="run-status" />
      <AppLink href={`/runs/${encodeURIComponent(runId)}`} className="link font-mono text-xs break-all">
        {runId}
      </AppLink>
    </p>
  );
}
