/** What the address of the settings holds. */
import { type RawSearch, textOf } from "../search-params.ts";

export interface SettingsSearch {
  /** Of the audit log. */
  actor?: string | undefined;
  action?: string | undefined;
}

export function parseSearch(search: RawSearch): SettingsSearch {
  return { ...textOf(search, "actor"), ...textOf(search, "action") };
}
