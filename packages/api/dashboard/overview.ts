/** The first page: is it healthy, what broke, what waits. */
import type { AppName, Count, FunctionName, Range } from "./answer.ts";
import type { Series } from "./functions.ts";

export interface OverviewQuery {
  /** Default `24h`. */
  range?: Range;
  /** Id of an app. */
  app?: string;
}

export interface Overview {
  running: Count;
  queued: Count;
  /** Of the range. */
  ended: number;
  failed: number;
  /** The longest that a run has been queued; null: none is. */
  oldestWait: { runId: string; function: FunctionName; since: string } | null;
  series: Series;
  /** By function, the longest queue first, at most 10. */
  backlog: { function: FunctionName; app: AppName; queued: Count; oldestAt: string }[];
  /** The most severe first, at most 20. */
  attention: Attention[];
  /** The next tick of each schedule, the ten that come first. */
  nextTicks: { at: string; function: FunctionName; scheduleId: string; cron: string }[];
  /** Nothing has ever happened: the page shows how to begin. */
  empty: { apps: boolean; events: boolean; runs: boolean };
}

export interface Attention {
  kind: "failing" | "waiting" | "missed" | "sync" | "paused" | "store";
  severity: "error" | "warning" | "notice";
  /** All of it in words, but for the time. */
  text: string;
  /** Since when it is so; null: that is not known. */
  since: string | null;
  /** The page that helps, below the base, like `/runs?q=…`. */
  href: string;
}
