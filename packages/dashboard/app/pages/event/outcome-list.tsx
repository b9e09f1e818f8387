/** What became of an event: one row for each function, in words, with the run that came of it. */
import type { RelatedRun } from "@stepwell/api/dashboard";
import {
  CircleCheck,
  CircleDashed,
  CircleSlash,
  Copy as CopyIcon,
  Gauge,
  History,
  Layers,
  type LucideIcon,
  OctagonX,
  SkipForward,
  Timer,
} from "lucide-react";
import { Time } from "../../data/time.tsx";
import { AppLink } from "../../parts/link.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { Words } from "../../parts/words.tsx";
import { tidySentence } from "../../parts/words-text.ts";
import { type EventOutcome, sortOutcomes, viewOfOutcome, wordsOfUntil } from "./outcomes.ts";

const icons: Record<string, LucideIcon> = {
  STARTED: CircleCheck,
  SKIPPED: SkipForward,
  LIMITED: Gauge,
  DUPLICATE: CopyIcon,
  DEBOUNCED: Timer,
  OUTDATED: History,
  BATCHED: Layers,
  REFUSED: OctagonX,
  NOT_MATCHED: CircleSlash,
  PENDING: CircleDashed,
};
const tones = {
  good: "text-completed",
  wait: "text-waiting",
  held: "text-waiting",
  bad: "text-failed",
  none: "text-dim",
} as const;

interface OutcomeListProps {
  outcomes: readonly EventOutcome[];
  /** Runs of the event, for their status. */
  runs: readonly RelatedRun[];
}

export function OutcomeList({ outcomes, runs }: OutcomeListProps) {
  const statusOf = new Map(runs.map((run) => [run.id, run.status]));
  return (
    <ul className="divide-y divide-line">
      {sortOutcomes(outcomes).map((outcome) => (
        <li key={outcome.function_id} data-testid="outcome-row" className="py-2.5">
          <OutcomeRow outcome={outcome} status={outcome.run_id ? statusOf.get(outcome.run_id) : undefined} />
        </li>
      ))}
    </ul>
  );
}

interface OutcomeRowProps {
  outcome: EventOutcome;
  status: RelatedRun["status"] | undefined;
}

function OutcomeRow({ outcome, status }: OutcomeRowProps) {
  const { word, tone } = viewOfOutcome(outcome.outcome);
  const Icon = icons[outcome.outcome] ?? CircleDashed;
  const until = wordsOfUntil(outcome);
  return (
    <div className="grid gap-x-4 gap-y-1 sm:grid-cols-[8.5rem_minmax(0,1fr)_auto]">
      <span className={`inline-flex items-center gap-1.5 self-start font-medium ${tones[tone]}`}>
        <Icon aria-hidden size={15} className="shrink-0" />
        {word}
      </span>
      <div className="min-w-0">
        <AppLink
          href={`/functions/${encodeURIComponent(outcome.function_id)}`}
          className="link font-medium break-words"
        >
          {outcome.function_slug}
        </AppLink>
        <p className="text-dim break-words">
          <Words text={tidySentence(outcome.message, outcome.gate)} />
        </p>
        {outcome.until && until && (
          <p className="text-dim">
            {until}: <Time at={outcome.until} />
          </p>
        )}
      </div>
      {outcome.run_id && (
        <div className="flex items-center gap-3 self-start sm:justify-end">
          {status && <StatusBadge status={status} testId="run-status" />}
          <AppLink href={`/runs/${encodeURIComponent(outcome.run_id)}`} className="link whitespace-nowrap">
            Open run
          </AppLink>
        </div>
      )}
    </div>
  );
}
