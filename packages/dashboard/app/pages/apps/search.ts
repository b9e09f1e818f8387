/** The URL of the apps. */
import { flagOf, type RawSearch, type SendSearch, sendOf } from "../search-params.ts";

export interface AppsSearch extends SendSearch {
  /** The dialog to add an app is open. */
  add?: true;
}

export function parseSearch(raw: RawSearch): AppsSearch {
  return { ...flagOf(raw, "add"), ...sendOf(raw) };
}
