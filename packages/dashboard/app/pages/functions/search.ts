/** The URL of the function list. */
import { choiceOf, flagOf, type RawSearch, type SendSearch, sendOf, textOf } from "../search-params.ts";

export const triggerKinds = ["event", "cron"] as const;
export const modes = ["active", "paused", "drained"] as const;

export interface FunctionsSearch extends SendSearch {
  /** Words in name, slug or triggers. */
  q?: string;
  /** Id of an app. */
  app?: string;
  trigger?: (typeof triggerKinds)[number];
  mode?: (typeof modes)[number];
  /** Only those with failures in the last day. */
  failing?: true;
  /** With those that have left their app. */
  archived?: true;
}

export function parseSearch(raw: RawSearch): FunctionsSearch {
  return {
    ...textOf(raw, "q"),
    ...textOf(raw, "app"),
    ...choiceOf(raw, "trigger", triggerKinds),
    ...choiceOf(raw, "mode", modes),
    ...flagOf(raw, "failing"),
    ...flagOf(raw, "archived"),
    ...sendOf(raw),
  };
}
