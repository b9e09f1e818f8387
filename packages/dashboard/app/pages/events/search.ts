/** The URL of the event list. */
import { flagOf, type RawSearch, type SendSearch, sendOf, textOf } from "../search-params.ts";

export interface EventsSearch extends SendSearch {
  q?: string;
  /** With the server's own events. */
  internal?: true;
}

export function parseSearch(raw: RawSearch): EventsSearch {
  return { ...textOf(raw, "q"), ...flagOf(raw, "internal"), ...sendOf(raw) };
}
