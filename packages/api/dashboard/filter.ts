/**
 * The filter language of lists: `status:failed function:billing-* since:24h output.total:5 -app:demo "two words"`.
 * Terms are joined by "and", values with a comma between them by "or", `-` in front means "not". A value in
 * quotes is taken as it is (`\` before `"` and `\`); else `*` stands for any characters. Pure, and without
 * libraries: browsers load it. A server refuses a text with errors, since a term left out finds more.
 */
import { comparisonOf, instantOf, pathOf, type Value } from "./filter-values.ts";
import { runStatusWords } from "./runs.ts";

export type FilterOf = "runs" | "events";
export interface Term {
  /** `status`, `event.data.userId` and so on; empty: a word to be contained in a payload. */
  field: string;
  not: boolean;
  /** One of them is enough. */
  values: Value[];
}
export interface Filter {
  terms: Term[];
}
/** A piece of the text, `from` to before `to`; `valueFrom`: where its values begin. */
export interface Token {
  from: number;
  valueFrom: number;
  to: number;
  /** Null: it has an error. */
  term: Term | null;
}
export interface FilterError {
  from: number;
  to: number;
  message: string;
}
export interface ParsedFilter {
  filter: Filter;
  errors: FilterError[];
  tokens: Token[];
}

export const FILTER_LIMITS = { characters: 2_000, terms: 50, values: 50 } as const;

type Check = (text: string) => string | null;
const any: Check = () => null;
const time: Check = (text) =>
  instantOf(text, 0) === null
    ? `"${text}" is neither a time like 2026-11-24T10:00Z nor a span like 24h`
    : null;
const oneOf =
  (words: readonly string[]): Check =>
  (text) =>
    words.includes(text) ? null : `"${text}" is not one of ${words.join(", ")}`;

/** What can be filtered by, beside paths into payloads and words. */
export const filterFields: Readonly<Record<FilterOf, Readonly<Record<string, Check>>>> = {
  runs: {
    status: oneOf(runStatusWords),
    function: any,
    app: any,
    event: any,
    since: time,
    until: time,
    duration: (text) => (comparisonOf(text) === null ? `write it like duration:>5s or duration:<2m` : null),
    original: any,
    cron: oneOf(["true", "false"]),
  },
  events: { name: any, id: any, since: time, until: time },
};
const roots: Record<FilterOf, readonly string[]> = { runs: ["event", "output", "error"], events: ["event"] };
/** What searches see of an event (semantics §10.4): `event.userId` would never be found. */
const eventKeys = ["data", "id", "name", "ts", "v"];
const single = ["since", "until", "cron"];

/** Reads a filter. What is wrong is told with its place; all other terms are in `filter`. */
export function parseFilter(text: string, of: FilterOf = "runs"): ParsedFilter {
  const parsed: ParsedFilter = { filter: { terms: [] }, errors: [], tokens: [] };
  const { characters, terms } = FILTER_LIMITS;
  if (text.length > characters) {
    parsed.errors.push({
      from: characters,
      to: text.length,
      message: `longer than ${characters} characters`,
    });
    return parsed;
  }
  for (const found of text.matchAll(/(?:"(?:\\[\s\S]?|[^"\\])*(?:"|$)|[^\s"])+/g)) {
    const from = found.index;
    const to = from + found[0].length;
    const [, minus = "", name] = /^(-?)(?:([a-zA-Z](?:[^\s":,]|"(?:\\.|[^"\\])*")*):)?/.exec(found[0]) ?? [];
    const not = minus !== "" && found[0].length > 1;
    const valueFrom = from + (not ? 1 : 0) + (name === undefined ? 0 : name.length + 1);
    const read = readTerm(name ?? "", not, text.slice(valueFrom, to), of);
    const full = parsed.tokens.length >= terms;
    const wrong = full ? `more than ${terms} terms` : typeof read === "string" ? read : null;
    if (wrong !== null) parsed.errors.push({ from, to, message: wrong });
    const term = wrong !== null || typeof read === "string" ? null : read;
    if (term !== null) parsed.filter.terms.push(term);
    parsed.tokens.push({ from, valueFrom, to, term });
    if (full) break;
  }
  return parsed;
}

function readTerm(field: string, not: boolean, body: string, of: FilterOf): Term | string {
  const check = field === "" ? any : checkOf(field, of);
  if (check === null)
    return `there is no field "${field}" (there are ${[...Object.keys(filterFields[of]), ...roots[of].map((root) => (root === "event" ? "event.data.…" : `${root}.…`))].join(", ")}); to look for it as a word, put it in quotes`;
  const values = readValues(body);
  if (typeof values === "string") return values;
  if (values.some(({ text }) => text === ""))
    return field === "" ? "a word is empty" : `${field}: a value is missing`;
  if (values.length > FILTER_LIMITS.values) return `more than ${FILTER_LIMITS.values} values`;
  if (single.includes(field) && values.length > 1) return `${field} takes one value`;
  if (not && (field === "since" || field === "until")) return `${field} cannot be negated`;
  for (const { text } of values) {
    const wrong = check(text);
    if (wrong !== null) return `${field}: ${wrong}`;
  }
  return { field, not, values };
}

function checkOf(field: string, of: FilterOf): Check | null {
  if (Object.hasOwn(filterFields[of], field)) return filterFields[of][field] ?? null;
  const path = pathOf(field);
  const [root = "", key = ""] = path;
  const isThere = roots[of].includes(root) && (root !== "event" || eventKeys.includes(key));
  return path.length > 1 && isThere && !path.includes("") ? any : null;
}

function readValues(body: string): Value[] | string {
  const values: Value[] = [];
  let text = "";
  let quoted = false;
  const end = () => {
    values.push({ text, glob: !quoted && text.includes("*") });
    text = "";
    quoted = false;
  };
  for (const [part, inside, close] of body.matchAll(/"((?:\\[\s\S]?|[^"\\])*)("|$)|,|[^",]+/g)) {
    if (inside !== undefined) {
      if (close === "") return "a quote is not closed";
      text += inside.replace(/\\([\s\S])/g, "$1");
      quoted = true;
    } else if (part === ",") end();
    else text += part;
  }
  end();
  return values;
}

/** The text of a filter; `parseFilter` of it gives the same terms. */
export function formatFilter({ terms }: Filter): string {
  return terms.map(formatTerm).join(" ");
}

export function formatTerm({ field, not, values }: Term): string {
  // The first word, were it bare, could be read as a field or as "not".
  const isMistaken = (text: string): boolean => /^[a-zA-Z].*:/.test(text) || (!not && text.startsWith("-"));
  const texts = values.map(({ text, glob }, n) => {
    const bare =
      /^[^\s",]+$/.test(text) &&
      (glob || !text.includes("*")) &&
      (field !== "" || n > 0 || !isMistaken(text));
    return bare ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
  });
  return `${not ? "-" : ""}${field === "" ? "" : `${field}:`}${texts.join(",")}`;
}

/** A term for these texts, taken as they are. */
export function termOf(field: string, texts: readonly string[], not = false): Term {
  return { field, not, values: texts.map((text) => ({ text, glob: false })) };
}

/** The filter with this term in place of those of the same field and sign; words are added. */
export function withTerm({ terms }: Filter, term: Term): Filter {
  const same = (one: Term) =>
    term.field === ""
      ? formatTerm(one) === formatTerm(term)
      : one.field === term.field && one.not === term.not;
  return { terms: [...terms.filter((one) => !same(one)), term] };
}

/** The filter without this term. */
export function withoutTerm({ terms }: Filter, term: Term): Filter {
  return { terms: terms.filter((one) => formatTerm(one) !== formatTerm(term)) };
}
