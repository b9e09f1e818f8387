/** What could be written next in a filter: fields, and values of those whose values are known. Pure. */
import { filterFields, formatTerm, runStatusWords, termOf } from "@stepwell/api/dashboard";

export interface Suggestion {
  /** Put in place of the word at the caret. */
  insert: string;
  label: string;
  detail: string;
}
export interface Suggestions {
  /** The word at the caret. */
  from: number;
  to: number;
  options: Suggestion[];
}
/** Names to choose from, as the server told them. */
export interface KnownNames {
  functions: readonly string[];
  apps: readonly string[];
  events: readonly string[];
}

const MOST = 8;

const details: Readonly<Record<string, string>> = {
  status: "failed, running, queued …",
  function: "id, slug or name; * stands for anything",
  app: "name of the app",
  event: "name of the event that started it",
  since: "queued later than: 1h, 24h, 7d, a time",
  until: "queued before",
  duration: ">5s, <2m",
  original: "reruns of a run",
  cron: "true: started by a schedule",
};
const paths: readonly Suggestion[] = [
  { insert: "event.data.", label: "event.data.…", detail: "a field of the event's data" },
  { insert: "output.", label: "output.…", detail: "a field of the returned value" },
  { insert: "error.name:", label: "error.name", detail: "name of the error" },
  { insert: "error.message:", label: "error.message", detail: "message of the error" },
];

/** @param caret place in the text, before which the word is that is being written */
export function suggest(text: string, caret: number, known: KnownNames): Suggestions {
  const before = /(?:"(?:\\.|[^"\\])*"?|[^\s"])*$/.exec(text.slice(0, caret))?.[0] ?? "";
  const after = /^[^\s]*/.exec(text.slice(caret))?.[0] ?? "";
  const from = caret - before.length;
  const to = caret + after.length;
  const sign = before.startsWith("-") ? "-" : "";
  const word = before.slice(sign.length);
  const colon = word.indexOf(":");
  const options =
    colon < 0 ? fields(word, sign) : values(word.slice(0, colon), word.slice(colon + 1), sign, known);
  return { from, to, options: options.slice(0, MOST) };
}

function fields(word: string, sign: string): Suggestion[] {
  const sought = word.toLowerCase();
  const plain = Object.keys(filterFields.runs).map((field) => ({
    insert: `${field}:`,
    label: field,
    detail: details[field] ?? "",
  }));
  return [...plain, ...paths]
    .filter(({ insert }) => insert.startsWith(sought) && insert !== sought)
    .map((option) => ({ ...option, insert: sign + option.insert }));
}

function values(field: string, written: string, sign: string, known: KnownNames): Suggestion[] {
  const comma = written.lastIndexOf(",");
  const earlier = written.slice(0, comma + 1);
  const sought = written
    .slice(comma + 1)
    .replace(/^"/, "")
    .toLowerCase();
  const names = namesOf(field, known);
  const starts = names.filter((name) => name.toLowerCase().startsWith(sought));
  const holds = names.filter((name) => !starts.includes(name) && name.toLowerCase().includes(sought));
  return [...starts, ...holds]
    .filter((name) => name.toLowerCase() !== sought)
    .map((name) => {
      const value = formatTerm(termOf(field, [name])).slice(field.length + 1);
      return { insert: `${sign}${field}:${earlier}${value} `, label: name, detail: "" };
    });
}

function namesOf(field: string, known: KnownNames): readonly string[] {
  switch (field) {
    case "status":
      return runStatusWords;
    case "function":
      return known.functions;
    case "app":
      return known.apps;
    case "event":
      return known.events;
    case "since":
    case "until":
      return ["15m", "1h", "24h", "7d", "30d"];
    case "duration":
      return [">1s", ">5s", ">1m", ">10m"];
    case "cron":
      return ["true", "false"];
    default:
      return [];
  }
}
