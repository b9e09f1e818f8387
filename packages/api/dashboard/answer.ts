/** What many answers of the dashboard's API share. Times are ISO in UTC, durations milliseconds. */

/** Every answer: the data, where a list goes on, and how fresh it is. */
export interface Answer<T> {
  data: T;
  page?: PageView;
  meta: Meta;
}
export interface PageView {
  /** Opaque; null: nothing follows. */
  next: string | null;
  limit: number;
}
export interface Meta {
  /** The server's time of the answer. */
  asOf: string;
  /** Of a search that stopped at its bound: rows newer than this have been looked at; go on with `page.next`. */
  searchedTo?: string;
}

/** Every refusal. `code` is one of docs/errors.md. */
export interface Refusal {
  error: { code: string; message: string; requestId: string };
}

export interface AppName {
  id: string;
  name: string;
}
export interface FunctionName {
  id: string;
  name: string;
  slug: string;
}

export const ranges = ["15m", "1h", "24h", "7d", "30d"] as const;
export type Range = (typeof ranges)[number];

/** A count that stops at a bound: `capped` means "this many or more". */
export interface Count {
  count: number;
  capped: boolean;
}

/** A value of a query; a list is written `name=a,b`. */
export type QueryValue = string | number | boolean | readonly string[] | undefined;
export type Query = Record<string, QueryValue>;
