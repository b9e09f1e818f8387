/**
 * How late the event loop of this process is: over the last full minute, or since it began to be watched.
 * There is one loop for each process, whatever runs in it, so there is one watch.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";

type Histogram = ReturnType<typeof monitorEventLoopDelay>;

export interface EventLoopDelay {
  p50: number;
  p99: number;
}

const MINUTE_MS = 60_000;
const RESOLUTION_MS = 20;
let histogram: Histogram | null = null;
let lastMinute: EventLoopDelay | null = null;

/** Once is enough; it keeps no process alive. */
export function watchEventLoop(): void {
  if (histogram !== null) return;
  const watched = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  watched.enable();
  histogram = watched;
  setInterval(() => {
    lastMinute = delayOf(watched);
    watched.reset();
  }, MINUTE_MS).unref();
}

/** In milliseconds, with fractions. */
export function eventLoopDelay(): EventLoopDelay {
  return lastMinute ?? (histogram === null ? { p50: 0, p99: 0 } : delayOf(histogram));
}

/** What is measured is the time between two ticks: the wanted one is no delay. */
function delayOf(watched: Histogram): EventLoopDelay {
  const of = (percent: number): number =>
    watched.count === 0
      ? 0
      : Math.max(0, Math.round(watched.percentile(percent) / 1e4) / 100 - RESOLUTION_MS);
  return { p50: Number(of(50).toFixed(2)), p99: Number(of(99).toFixed(2)) };
}
