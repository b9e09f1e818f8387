/**
 * Search parameters as plain text: the router's own way writes JSON, which nobody can read or type. Each
 * page reads its own from them (its `search.ts`, with pages/search-params.ts).
 */

export type RawSearch = Record<string, unknown>;

/** `?q=status:failed&tab=a` as an object of texts. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text.replace(/^\?/, "")));
}

/** An object as `?…`, readable: what needs no escape in a query stays as it is. */
export function stringifySearch(search: RawSearch): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === false) continue;
    params.set(key, String(value));
  }
  const text = params.toString().replace(/%(?:3A|2C|2F|40|3E|3C|2A)/gi, decodeURIComponent);
  return text === "" ? "" : `?${text}`;
}
