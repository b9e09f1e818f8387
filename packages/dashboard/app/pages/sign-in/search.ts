/** What the address of the sign-in page holds. */
import { type RawSearch, textOf } from "../search-params.ts";

export interface SignInSearch {
  /** Where to go afterwards, below the base; never to another site. */
  next?: string | undefined;
  /** Code of what went wrong with the provider. */
  error?: string | undefined;
}

export function parseSearch(search: RawSearch): SignInSearch {
  return { next: safeNext(textOf(search, "next").next), ...textOf(search, "error") };
}

/** A path of this dashboard, or none: `//host` and `/\host` lead elsewhere. */
export function safeNext(next: string | undefined): string | undefined {
  return next !== undefined && /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-in") ? next : undefined;
}
