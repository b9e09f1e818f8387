/**
 * How the search of a page is read: by hand, from texts, as the router gives them; wrong values fall back.
 * And what all pages with a send-event dialog have in the URL.
 */

export interface SendSearch {
  /** The dialog is open, for this name; empty: for none yet. */
  send?: string;
}

export type RawSearch = Record<string, unknown>;

export function sendOf(raw: RawSearch): SendSearch {
  const send = anyText(raw.send);
  return send === undefined ? {} : { send };
}

/** Also the empty text. */
function anyText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** A text that is not empty, under its name, or nothing. */
export function textOf<Key extends string>(raw: RawSearch, key: Key): { [K in Key]?: string } {
  const text = anyText(raw[key]);
  return (text ? { [key]: text } : {}) as { [K in Key]?: string };
}

/** A value of a list other than its default, or nothing. */
export function choiceOf<Key extends string, Value extends string>(
  raw: RawSearch,
  key: Key,
  values: readonly Value[],
): { [K in Key]?: Value } {
  const found = values.find((value) => value === raw[key]);
  return (found === undefined ? {} : { [key]: found }) as { [K in Key]?: Value };
}

/** `true`, or nothing. */
export function flagOf<Key extends string>(raw: RawSearch, key: Key): { [K in Key]?: true } {
  return (raw[key] === true || raw[key] === "true" ? { [key]: true } : {}) as { [K in Key]?: true };
}
