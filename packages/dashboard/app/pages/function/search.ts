/** The URL of a function's page. */
import { type Range, ranges } from "@stepwell/api/dashboard";
import { choiceOf, flagOf, type RawSearch, type SendSearch, sendOf } from "../search-params.ts";

export const tabs = ["runs", "limits", "config", "errors"] as const;
export type FunctionTab = (typeof tabs)[number];

export interface FunctionSearch extends SendSearch {
  /** Absent: `24h`. */
  range?: Range;
  /** Absent: `runs`. */
  tab?: FunctionTab;
  /** The invoke dialog is open. */
  invoke?: true;
}

export function parseSearch(raw: RawSearch): FunctionSearch {
  return {
    ...choiceOf(raw, "range", ranges),
    ...choiceOf(raw, "tab", tabs),
    ...flagOf(raw, "invoke"),
    ...sendOf(raw),
  };
}
