/** The facts of a run in one line, and its first error line. */
import type { RunView } from "@stepwell/api/dashboard";
import { OctagonX, SkipForward } from "lucide-react";
import type { ReactNode } from "react";
import { formatDuration, formatElapsed, Time } from "../../data/time.tsx";
import { Button } from "../../parts/button.tsx";
import { Hint } from "../../parts/hint.tsx";
import { AppLink } from "../../parts/link.tsx";
import { Words } from "../../parts/words.tsx";
import { firstLine } from "./detail/attempts.tsx";
import { parkedTimes } from "./waterfall/bars.ts";
import type { Span } from "./waterfall/spans.ts";

export function Facts({ run, root, now }: { run: RunView; root: Span | null; now: number }): ReactNode {
  return (
    <div className="run-facts">
      <span>
        app <bdi className="text-ink">{run.app.name}</bdi>
      </span>
      <Trigger run={run} />
      <span>
        queued <Time at={run.queuedAt} className="text-ink" />
      </span>
      <Times run={run} root={root} now={now} />
      {run.archived && <span className="text-waiting">its function is no longer in the app</span>}
    </div>
  );
}

function Trigger({ run }: { run: RunView }): ReactNode {
  const [event] = run.eventList;
  if (run.cron !== null)
    return (
      <span>
        schedule <code className="text-ink">{run.cron}</code>
      </span>
    );
  const name = <bdi>{run.trigger}</bdi>;
  return (
    <span className="min-w-0 truncate">
      event{" "}
      {event === undefined ? (
        <span className="text-ink">{name}</span>
      ) : (
        <AppLink className="link" href={`/events/${event.id}`}>
          {name}
        </AppLink>
      )}
      {run.events > 1 && ` and ${run.events - 1} more`}
    </span>
  );
}

/** Queue and work, and how much of the work was sleeps, waits and retries. What is not over counts up to now. */
function Times({ run, root, now }: { run: RunView; root: Span | null; now: number }): ReactNode {
  const queued = Date.parse(run.queuedAt);
  const started = run.startedAt === null ? null : Date.parse(run.startedAt);
  const over = run.endedAt !== null;
  const queueMs = run.queueMs ?? (over ? null : Math.max(0, now - queued));
  const ranMs = run.durationMs ?? (started === null || over ? null : Math.max(0, now - started));
  const words = over ? formatDuration : formatElapsed;
  const parkedMs =
    root === null
      ? 0
      : parkedTimes(root).reduce((sum, { from, to }) => sum + Math.max(0, (to ?? now) - from), 0);
  return (
    <>
      {over && started === null && run.status === "cancelled" && (
        <span>
          waited{" "}
          <span className="text-ink tabular-nums">
            {formatDuration(Date.parse(run.endedAt ?? "") - queued)}
          </span>
          , never started
        </span>
      )}
      {queueMs !== null && (
        <span>
          queue{" "}
          <span className="text-ink tabular-nums">
            {run.queueMs === null ? formatElapsed(queueMs) : formatDuration(queueMs)}
          </span>
        </span>
      )}
      {ranMs !== null && (
        <Hint text="From start to end. Parked: nothing but sleeps, waits and retry delays was going on.">
          <span>
            {over ? "took" : "running for"} <span className="text-ink tabular-nums">{words(ranMs)}</span>
            {parkedMs >= 1 && (
              <>
                {" "}
                (work <span className="tabular-nums">{words(Math.max(0, ranMs - parkedMs))}</span> + parked{" "}
                <span className="tabular-nums">{words(Math.min(parkedMs, ranMs))}</span>)
              </>
            )}
          </span>
        </Hint>
      )}
    </>
  );
}

/** What it failed with, at once, and the way to the step. Of a skipped run: why. */
export function FirstError({ run, onStep }: { run: RunView; onStep(spanId: string): void }): ReactNode {
  const { failure, skip } = run;
  if (skip !== null)
    return (
      <p className="run-skip">
        <SkipForward aria-hidden size={16} className="shrink-0 text-queued" />
        <span>
          It did not run: <Words text={skip.reason} />.
        </span>
        {skip.existingRunId !== null && (
          <AppLink className="link" href={`/runs/${skip.existingRunId}`}>
            See the run in its place
          </AppLink>
        )}
      </p>
    );
  if (failure === null) return null;
  const { name, message, spanId } = failure;
  const line = firstLine(message);
  return (
    <div className="run-error">
      <OctagonX aria-hidden size={16} className="shrink-0 text-failed" />
      <p className="run-error-text">
        {name !== "" && name !== "Error" && <bdi className="font-semibold text-failed">{name}: </bdi>}
        <bdi>{line === "" ? "It failed without a message." : line}</bdi>
      </p>
      <Button size="small" className="shrink-0" onClick={() => onStep(spanId ?? run.id)}>
        {spanId === null ? "See the error" : "Go to step"}
      </Button>
    </div>
  );
}
