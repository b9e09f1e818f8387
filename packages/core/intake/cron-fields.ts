/**
 * The five fields of a cron expression (semantics §3.4): checked here, then written in the plainest form, because
 * the library that computes dates (croner) reads more than we accept (`L`, `W`, `#`, `@daily`, seconds, Sunday as 7)
 * and less (`5/15`, `*\/90`), and takes `*\/1` in a day field for a restriction: `0 0 *\/1 * 1` would fire daily.
 */

interface Field {
  name: string;
  min: number;
  max: number;
  /** Names instead of numbers, the first for `min`. */
  words: readonly string[];
  /** Said when a number is out of range. */
  hint: string;
}

const FIELDS: readonly Field[] = [
  { name: "minute", min: 0, max: 59, words: [], hint: "" },
  { name: "hour", min: 0, max: 23, words: [], hint: "" },
  { name: "day of month", min: 1, max: 31, words: [], hint: "" },
  {
    name: "month",
    min: 1,
    max: 12,
    words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    hint: ", or jan to dec",
  },
  {
    name: "day of week",
    min: 0,
    max: 6,
    words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    hint: " (Sunday is 0), or sun to sat",
  },
];

/** The fields in the plain form, or why they are refused, with the cure. */
export type CronFields = { pattern: string } | { refused: string };

/** `readFields("0 9 ? * MON-FRI")` → `{ pattern: "0 9 * * 1-5" }` */
export function readFields(text: string): CronFields {
  const parts = text.split(/\s+/).filter((part) => part !== "");
  if (parts[0]?.startsWith("@"))
    return {
      refused: `words such as ${parts[0]} are not supported: write five fields, ${wordCure(parts[0])}`,
    };
  if (parts[0]?.includes("="))
    return {
      refused: `${JSON.stringify(parts[0])} is no field: a zone is written TZ=Area/City, in capitals, once`,
    };
  if (parts.length !== FIELDS.length) return { refused: countCure(parts.length) };
  const plain: string[] = [];
  for (const [at, field] of FIELDS.entries()) {
    const read = readField(parts[at] ?? "", field);
    if ("refused" in read) return read;
    plain.push(read.pattern);
  }
  return { pattern: plain.join(" ") };
}

const WORDS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

function wordCure(word: string): string {
  return `for example "${WORDS[word.toLowerCase()] ?? "*/5 * * * *"}"`;
}

function countCure(count: number): string {
  const wanted = "five fields are expected (minute, hour, day of month, month, day of week)";
  if (count === 6) return `${wanted}, here are 6: there is no field for seconds, leave the first one out`;
  return `${wanted}, here ${count === 1 ? "is" : "are"} ${count}`;
}

function readField(text: string, field: Field): CronFields {
  const items: string[] = [];
  for (const item of text.split(",")) {
    const read = readItem(item, field);
    if ("refused" in read) return read;
    items.push(read.pattern);
  }
  return { pattern: items.includes("*") ? "*" : items.join(",") };
}

const ITEM = /^(?:[*?]|([a-z]+|\d{1,9})(?:-([a-z]+|\d{1,9}))?)(?:\/(\d{1,9}))?$/i;

function readItem(item: string, field: Field): CronFields {
  const parts = ITEM.exec(item);
  if (parts === null) {
    const what = item === "" ? "an empty entry" : JSON.stringify(item);
    return { refused: `${what} in the field "${field.name}" cannot be read: use numbers and * , - / ?` };
  }
  const [, first, last, stepText] = parts;
  const range = { from: valueOf(first, field) ?? field.min, to: valueOf(last, field) ?? field.max };
  for (const end of [first, last]) {
    const value = valueOf(end, field);
    if (end === undefined || (value !== undefined && value >= field.min && value <= field.max)) continue;
    return {
      refused: `${JSON.stringify(end)} is not a ${field.name}: use ${field.min} to ${field.max}${field.hint}`,
    };
  }
  if (range.from > range.to) {
    return {
      refused: `the range ${JSON.stringify(item)} in the field "${field.name}" runs backwards: write two ranges, joined by a comma`,
    };
  }
  const step = stepText === undefined ? undefined : Number(stepText);
  if (step === 0)
    return {
      refused: `the step of ${JSON.stringify(item)} in the field "${field.name}" is 0: use 1 or more`,
    };
  return { pattern: plainItem(first, last, range, step, field) };
}

function plainItem(
  first: string | undefined,
  last: string | undefined,
  range: { from: number; to: number },
  step: number | undefined,
  field: Field,
): string {
  if (first === undefined)
    return step === undefined || step === 1 ? "*" : `*/${Math.min(step, field.max - field.min + 1)}`;
  if (step === undefined) return last === undefined ? `${range.from}` : `${range.from}-${range.to}`;
  return `${range.from}-${range.to}/${Math.min(step, field.max - field.min + 1)}`;
}

function valueOf(text: string | undefined, field: Field): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d/.test(text)) return Number(text);
  const at = field.words.indexOf(text.toLowerCase());
  return at < 0 ? undefined : at + field.min;
}
