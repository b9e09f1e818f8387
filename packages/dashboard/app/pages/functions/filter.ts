/** Which functions are shown, and in which order: by app, then by name. All of them are in one answer. */
import type { AppName, FunctionLine } from "@stepwell/api/dashboard";
import type { FunctionsSearch } from "./search.ts";

export interface AppGroup {
  app: AppName;
  functions: FunctionLine[];
}

export function filterFunctions(lines: readonly FunctionLine[], search: FunctionsSearch): FunctionLine[] {
  const words = (search.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter(
    (line) =>
      (search.app === undefined || line.app.id === search.app) &&
      (search.trigger === undefined || line.triggers.some(({ kind }) => kind === search.trigger)) &&
      (search.mode === undefined || line.mode === search.mode) &&
      (!search.failing || line.failed > 0) &&
      hasWords(line, words),
  );
}

function hasWords(line: FunctionLine, words: readonly string[]): boolean {
  const triggers = line.triggers.flatMap(({ text, words }) => [text, words ?? ""]);
  const text = [line.name, line.slug, line.id, ...triggers].join("\n").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Groups by app, both sorted by name; what fails does not jump about in the list. */
export function groupByApp(lines: readonly FunctionLine[]): AppGroup[] {
  const groups = new Map<string, AppGroup>();
  for (const line of lines) {
    const group = groups.get(line.app.id) ?? { app: line.app, functions: [] };
    group.functions.push(line);
    groups.set(line.app.id, group);
  }
  const sorted = [...groups.values()].sort((a, b) => a.app.name.localeCompare(b.app.name));
  for (const { functions } of sorted) functions.sort((a, b) => a.name.localeCompare(b.name));
  return sorted;
}

/** The apps that can be chosen, by name. */
export function appsOf(lines: readonly FunctionLine[]): AppName[] {
  const apps = new Map(lines.map(({ app }) => [app.id, app]));
  return [...apps.values()].sort((a, b) => a.name.localeCompare(b.name));
}
