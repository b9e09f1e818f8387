/** What the address of a run's page holds: the tab, and the span that is looked at. */
import { choiceOf, type RawSearch, textOf } from "../search-params.ts";

export const runTabs = ["timeline", "events", "output", "config", "raw"] as const;
export type RunTab = (typeof runTabs)[number];

export interface RunSearch {
  /** Absent: the timeline. */
  tab?: RunTab | undefined;
  /** Id of a span without the run's own, so that addresses stay short; `run`: the run itself. */
  step?: string | undefined;
}

/** Wrong values fall back. */
export function parseSearch(search: RawSearch): RunSearch {
  const { tab } = choiceOf(search, "tab", runTabs);
  const { step } = textOf(search, "step");
  return {
    tab: tab === "timeline" ? undefined : tab,
    step: step !== undefined && step.length <= 400 ? step : undefined,
  };
}

/** The short form of a span's id in an address. */
export function stepParam(runId: string, spanId: string): string {
  if (spanId === runId) return "run";
  return spanId.startsWith(`${runId}.`) ? spanId.slice(runId.length + 1) : spanId;
}

export function spanIdOf(runId: string, step: string): string {
  return step === "run" ? runId : `${runId}.${step}`;
}
