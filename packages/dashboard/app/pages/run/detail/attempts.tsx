/** The tries of a step: when each began, how long it took, and what it broke with. */
import { type ReactNode, useState } from "react";
import { formatDuration, Time } from "../../../data/time.tsx";
import { tookMs } from "../waterfall/row.tsx";
import { SpanIcon, statusWordsOf } from "../waterfall/span-words.tsx";
import { instantOf, type Span, titleOf } from "../waterfall/spans.ts";
import { failureOfOutput } from "./failure.ts";
import { FailureView } from "./failure-view.tsx";

export function Attempts({
  span,
  now,
  onSelect,
}: {
  span: Span;
  now: number;
  onSelect(id: string): void;
}): ReactNode {
  return (
    <ol className="flex flex-col gap-3">
      {span.children.map((attempt, index) => (
        <Attempt
          key={attempt.id}
          attempt={attempt}
          before={span.children[index - 1]}
          now={now}
          onSelect={onSelect}
        />
      ))}
    </ol>
  );
}

interface AttemptProps {
  attempt: Span;
  before: Span | undefined;
  now: number;
  onSelect(id: string): void;
}

function Attempt({ attempt, before, now, onSelect }: AttemptProps): ReactNode {
  const failure = failureOfOutput(attempt.output);
  const [open, setOpen] = useState(false);
  const gap = gapMs(before, attempt);
  return (
    <li className="min-w-0 border-b border-line pb-3 last:border-0">
      {gap !== null && <p className="mb-2 text-xs text-dim">after {formatDuration(gap)}</p>}
      <p className="flex flex-wrap items-center gap-x-2">
        <SpanIcon span={attempt} />
        <button
          type="button"
          className="font-medium underline-offset-2 hover:underline"
          onClick={() => onSelect(attempt.id)}
        >
          {titleOf(attempt)}
        </button>
        <span className="text-dim">{statusWordsOf(attempt).toLowerCase()}</span>
        <span className="ml-auto text-dim tabular-nums">{formatDuration(tookMs(attempt, now))}</span>
      </p>
      <p className="text-xs text-dim">
        {attempt.startedAt !== null ? (
          <>
            Started <Time at={attempt.startedAt} as="absolute" />
          </>
        ) : (
          <>
            Ended <Time at={attempt.endedAt} as="absolute" />, its start was not recorded
          </>
        )}
      </p>
      {failure !== null && (
        <details className="mt-1" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary className="failure-summary">
            <bdi>
              {failure.name}: {firstLine(failure.message)}
            </bdi>
          </summary>
          {open && <FailureView failure={failure} />}
        </details>
      )}
    </li>
  );
}

function gapMs(before: Span | undefined, attempt: Span): number | null {
  const from = instantOf(before?.endedAt ?? null);
  const to = instantOf(attempt.startedAt);
  return from === null || to === null ? null : Math.max(0, to - from);
}

/** At most 160 characters of it. */
export function firstLine(text: string): string {
  const line = text.split("\n", 1)[0] ?? "";
  return line.length > 160 ? `${[...line].slice(0, 160).join("")}…` : line;
}
