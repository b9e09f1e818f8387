/** The URL of the schedules. */
import { flagOf, type RawSearch, type SendSearch, sendOf, textOf } from "../search-params.ts";

export interface SchedulesSearch extends SendSearch {
  /** Words in function, expression or its words. */
  q?: string;
  /** Only schedules with missed ticks. */
  missed?: true;
  /** Id of the schedule whose ticks are unfolded. */
  open?: string;
}

export function parseSearch(raw: RawSearch): SchedulesSearch {
  return { ...textOf(raw, "q"), ...flagOf(raw, "missed"), ...textOf(raw, "open"), ...sendOf(raw) };
}
