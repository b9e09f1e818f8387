/** The URL of an event's page. */
import { type RawSearch, type SendSearch, sendOf } from "../search-params.ts";

export type EventSearch = SendSearch;

export function parseSearch(raw: RawSearch): EventSearch {
  return sendOf(raw);
}
