/** The timeline as a plain table: the same rows, in words and numbers. */
import { type ReactNode, useState } from "react";
import { formatAbsolute, formatDuration, useZone } from "../../../data/time.tsx";
import { Button } from "../../../parts/button.tsx";
import { tookMs } from "./row.tsx";
import type { Row } from "./rows.ts";
import { kindWords, SpanIcon, statusWordsOf } from "./span-words.tsx";
import { beginningOf, instantOf, type Span, titleOf } from "./spans.ts";

const AT_ONCE = 200;

export interface SpanTableProps {
  rows: readonly Row[];
  active: string | null;
  now: number;
  onSelect(id: string): void;
}

export function SpanTable({ rows, active, now, onSelect }: SpanTableProps): ReactNode {
  const [shown, setShown] = useState(AT_ONCE);
  const zone = useZone();
  const from = instantOf(rows[0]?.span.queuedAt ?? null);
  const time = (at: string | null) => {
    if (at === null) return "–";
    const after = from === null ? null : Date.parse(at) - from;
    return (
      <span title={formatAbsolute(at, zone)}>
        {after === null ? formatAbsolute(at, zone) : `+${formatDuration(after)}`}
      </span>
    );
  };
  return (
    <div className="wf-table-scroll" tabIndex={0} role="region" aria-label="Steps as a table">
      <table className="wf-table">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Kind</th>
            <th scope="col">Status</th>
            <th scope="col">Queued</th>
            <th scope="col">Started</th>
            <th scope="col">Ended</th>
            <th scope="col" className="text-right">
              Waited
            </th>
            <th scope="col" className="text-right">
              Took
            </th>
            <th scope="col" className="text-right">
              Attempts
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map(({ span, level }) => (
            <tr key={span.id} data-active={span.id === active || undefined}>
              <th scope="row" style={{ paddingInlineStart: `${(level - 1) * 14 + 12}px` }}>
                <button type="button" className="wf-table-name" onClick={() => onSelect(span.id)}>
                  <SpanIcon span={span} /> <bdi>{titleOf(span)}</bdi>
                </button>
              </th>
              <td>{kindWords(span)}</td>
              <td>{statusWordsOf(span)}</td>
              <td>{time(beginningOf(span).queuedAt)}</td>
              <td>{time(beginningOf(span).startedAt)}</td>
              <td>{time(span.endedAt)}</td>
              <td className="text-right">{formatDuration(queuedMs(span))}</td>
              <td className="text-right">{formatDuration(tookMs(span, now))}</td>
              <td className="text-right">{span.attemptCount ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown && (
        <div className="flex justify-center p-3">
          <Button size="small" onClick={() => setShown(shown + 5 * AT_ONCE)}>
            Show more ({rows.length - shown})
          </Button>
        </div>
      )}
    </div>
  );
}

/** From queued to started; null: not both are known. */
export function queuedMs(span: Span): number | null {
  const queued = instantOf(span.queuedAt);
  const started = instantOf(span.startedAt);
  return queued === null || started === null || span.children.length > 0
    ? null
    : Math.max(0, started - queued);
}
