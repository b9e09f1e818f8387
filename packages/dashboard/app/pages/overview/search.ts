/** The URL of the overview; what is not there is the default. */
import { type Range, ranges } from "@stepwell/api/dashboard";
import { choiceOf, type RawSearch, type SendSearch, sendOf, textOf } from "../search-params.ts";

export interface OverviewSearch extends SendSearch {
  /** Absent: `24h`. */
  range?: Range;
  /** Id of an app; absent: all. */
  app?: string;
}

export function parseSearch(raw: RawSearch): OverviewSearch {
  return { ...choiceOf(raw, "range", ranges), ...textOf(raw, "app"), ...sendOf(raw) };
}
