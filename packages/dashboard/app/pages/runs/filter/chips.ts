/** The terms of a filter as chips, and changes of the text by them. The text is what counts: it is never rewritten elsewhere. */
import { type FilterOf, formatTerm, parseFilter, type Term, termOf } from "@stepwell/api/dashboard";

export interface Chip {
  /** Place in the text. */
  from: number;
  to: number;
  /** Like `Status` or `event.data.plan`; empty: a word. */
  name: string;
  not: boolean;
  /** Its values in words; of a wrong term, its text. */
  value: string;
  /** What is wrong with it; null: nothing. */
  error: string | null;
}

const names: Readonly<Record<string, string>> = {
  status: "Status",
  function: "Function",
  app: "App",
  event: "Event",
  since: "Since",
  until: "Until",
  duration: "Took",
  original: "Reruns of",
  cron: "By schedule",
  name: "Name",
  id: "Id",
};

export function chipsOf(text: string, of: FilterOf = "runs"): Chip[] {
  const { tokens, errors } = parseFilter(text, of);
  const chips = tokens.map(({ from, to, term }): Chip => {
    const error =
      errors.find((one) => one.from < to && one.to > from)?.message ??
      (term === null ? "cannot be read" : null);
    if (term === null) return { from, to, name: "", not: false, value: text.slice(from, to), error };
    const { field, not, values } = term;
    const name = Object.hasOwn(names, field) ? (names[field] ?? field) : field;
    return { from, to, name, not, value: values.map((value) => value.text).join(" or "), error };
  });
  return chips;
}

/** The text without the term at this place. */
export function withoutChip(text: string, { from, to }: { from: number; to: number }): string {
  return `${text.slice(0, from).trimEnd()} ${text.slice(to).trimStart()}`.trim();
}

/** Values that the text asks for of a field, without those that it excludes. */
export function valuesOf(text: string, field: string, of: FilterOf = "runs"): string[] {
  return termsOf(text, field, of).flatMap(({ term }) => term.values.map((value) => value.text));
}

/** The text with these values for a field, in place of those it had; none: the field is left out. */
export function withValues(
  text: string,
  field: string,
  values: readonly string[],
  of: FilterOf = "runs",
): string {
  let rest = text;
  for (const place of termsOf(text, field, of).reverse()) rest = withoutChip(rest, place);
  return values.length === 0 ? rest : `${rest} ${formatTerm(termOf(field, values))}`.trim();
}

/** The text with one value of a field added or, where it was there, taken away. */
export function withToggled(text: string, field: string, value: string, of: FilterOf = "runs"): string {
  const values = valuesOf(text, field, of);
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  return withValues(text, field, next, of);
}

function termsOf(text: string, field: string, of: FilterOf): { from: number; to: number; term: Term }[] {
  const found: { from: number; to: number; term: Term }[] = [];
  for (const { from, to, term } of parseFilter(text, of).tokens)
    if (term !== null && term.field === field && !term.not) found.push({ from, to, term });
  return found;
}
