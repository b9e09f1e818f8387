/** Addresses of the run list with a filter. */

/** `["function", slug]`: a term whose value is quoted where it must be; a text stands as it is. */
export type HrefTerm = string | readonly [field: string, value: string];

export function runsHref(...terms: readonly HrefTerm[]): string {
  const q = terms
    .map((term) => (typeof term === "string" ? term : `${term[0]}:${filterValue(term[1])}`))
    .join(" ");
  return q === "" ? "/runs" : `/runs?${new URLSearchParams({ q })}`;
}

/** A value as the filter language reads it back: in quotes where it needs them. */
export function filterValue(text: string): string {
  return /^[\w/.:-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}
