/** Triggers for a narrow place. */
import type { FunctionLine } from "@stepwell/api/dashboard";

/** An event's name with its condition, or a schedule in plain words. */
export function triggerText({ kind, text, words }: FunctionLine["triggers"][number]): string {
  if (words === null) return text;
  return kind === "cron" ? words : `${text} ${words}`;
}

/** The name of the event that started a run; the one that an invoke sends is not for people. */
export function triggerWords(name: string): string {
  return name === "inngest/function.invoked" ? "invoked" : name;
}
