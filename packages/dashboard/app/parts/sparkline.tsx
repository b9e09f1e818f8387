/** A small chart in a row: bars of what completed and failed. Drawn by hand, read as one sentence. */
import type { ReactNode } from "react";

export interface SparklineProps {
  /** The oldest first. */
  points: readonly { completed: number; failed: number; cancelled?: number }[];
  /** What it shows, in a sentence. */
  label: string;
  width?: number;
  height?: number;
}

/** Bars, each as high as its share of the highest. */
export function Sparkline({ points, label, width = 96, height = 20 }: SparklineProps): ReactNode {
  const most = Math.max(
    1,
    ...points.map(({ completed, failed, cancelled = 0 }) => completed + failed + cancelled),
  );
  const step = width / Math.max(1, points.length);
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className="block"
    >
      {points.map((point, at) => (
        <Bar
          key={at}
          point={point}
          x={at * step}
          width={Math.max(1, step - 1)}
          height={height}
          scale={(height - 1) / most}
        />
      ))}
    </svg>
  );
}

function Bar({
  point,
  x,
  width,
  height,
  scale,
}: {
  point: SparklineProps["points"][number];
  x: number;
  width: number;
  height: number;
  scale: number;
}): ReactNode {
  const total = point.completed + point.failed + (point.cancelled ?? 0);
  if (total === 0) return <rect x={x} y={height - 1} width={width} height={1} className="fill-line-strong" />;
  const whole = Math.max(2, total * scale);
  // A single failure among thousands is still to be seen.
  const failed = point.failed === 0 ? 0 : Math.max(2, point.failed * scale);
  return (
    <>
      <rect x={x} y={height - whole} width={width} height={whole} className="fill-chart" />
      {failed > 0 && <rect x={x} y={height - failed} width={width} height={failed} className="fill-failed" />}
    </>
  );
}
