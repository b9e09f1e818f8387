/** Whole texts that a browser offers while a name is being typed: what stands before it stays. */
import { filterValue } from "../runs-href.ts";

/** At most 20; none where the last term is about something else. */
export function suggestNames(text: string, names: readonly string[]): string[] {
  const [, before = "", term = ""] = /^(.*?)(\S*)$/s.exec(text) ?? [];
  const field = /^-?[a-z.]+:/i.exec(term)?.[0] ?? "";
  if (field !== "" && field.replace("-", "") !== "name:") return [];
  const start = field === "" ? "name:" : field;
  const typed = term.slice(field.length).toLowerCase();
  return names
    .filter((name) => name.toLowerCase().includes(typed))
    .slice(0, 20)
    .map((name) => `${before}${start}${filterValue(name)}`);
}
