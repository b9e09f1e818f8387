/** The newest ticks of a schedule as a strip, the oldest first: a shape for each, with its words as title. */
import { formatAbsolute, useZone } from "../../data/time.tsx";
import { summariseTicks, type Tick, type TickKind, tickKind, wordsOfTick } from "./ticks.ts";

const step = 9;
const height = 18;
const slots = 20;

export function TickStrip({ ticks }: { ticks: readonly Tick[] }) {
  const zone = useZone();
  if (ticks.length === 0) return <span className="text-faint">no tick yet</span>;
  const width = slots * step;
  // The newest stands at the right end, however few there are.
  const first = slots - ticks.length;
  return (
    <svg
      role="img"
      aria-label={summariseTicks(ticks)}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className="block max-w-full"
    >
      {first > 0 && (
        <path
          d={`M0.5 ${height - 2.5}H${first * step - 2}`}
          className="stroke-line"
          strokeWidth="1"
          strokeDasharray="7 2"
        />
      )}
      {ticks.map((tick, index) => {
        const kind = tickKind(tick);
        return (
          <g key={tick.scheduledAt} transform={`translate(${(first + index) * step} 0)`}>
            <title>{`${formatAbsolute(tick.scheduledAt, zone)}\n${wordsOfTick(kind)}`}</title>
            <rect width={step} height={height} fill="transparent" />
            <TickShape kind={kind} />
          </g>
        );
      })}
    </svg>
  );
}

/** Shapes that stay apart without colour: full bar, cross, outlines, half bar, ring. */
function TickShape({ kind }: { kind: TickKind }) {
  switch (kind) {
    case "completed":
      return <rect x="1.5" y="2" width="6" height="14" rx="1" className="fill-chart" />;
    case "failed":
      return (
        <path
          d="M1.5 5.5 7.5 12.5M7.5 5.5 1.5 12.5"
          className="stroke-failed"
          strokeWidth="2.25"
          strokeLinecap="round"
          fill="none"
        />
      );
    case "running":
      return <path d="M2 4v10l6-5z" className="fill-running" />;
    case "queued":
      return (
        <rect
          x="2"
          y="2.5"
          width="5"
          height="13"
          rx="1"
          className="stroke-queued"
          strokeDasharray="2 1.5"
          fill="none"
        />
      );
    case "missed":
      return <circle cx="4.5" cy="9" r="3" className="stroke-waiting" strokeWidth="1.75" fill="none" />;
    case "merged":
      return <rect x="1.5" y="9" width="6" height="7" rx="1" className="fill-chart" />;
    case "limited":
      return <rect x="2" y="9.5" width="5" height="6" rx="1" className="stroke-queued" fill="none" />;
    case "cancelled":
    case "skipped":
      return <rect x="2" y="2.5" width="5" height="13" rx="1" className="stroke-queued" fill="none" />;
  }
}

/** A shape with its word, for the log of ticks. */
export function TickMark({ kind }: { kind: TickKind }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <svg aria-hidden="true" width={step} height={height} viewBox={`0 0 ${step} ${height}`}>
        <TickShape kind={kind} />
      </svg>
      <span className={`inline-block first-letter:uppercase ${kind === "failed" ? "text-failed" : ""}`}>
        {kind}
      </span>
    </span>
  );
}
