/** Which trigger an event pulls (semantics §3.2, §3.3). Waits and cancelOn take exact names only and are not asked here. */
import type { EventTrigger, Trigger } from "../model/function.ts";

/**
 * Does a trigger's name take an event of this name? Equal names, or `<prefix>/*` and `<prefix>.*` where the event's
 * name goes on with that `/` or `.` after the prefix. Any other `*` is an ordinary character.
 * @example matchesName("app/user.*", "app/user.profile.updated") // true
 */
export function matchesName(trigger: string, eventName: string): boolean {
  if (trigger === eventName) return true;
  if (!trigger.endsWith("/*") && !trigger.endsWith(".*")) return false;
  const prefix = trigger.slice(0, -1);
  return prefix.length > 1 && !prefix.includes("*") && eventName.startsWith(prefix);
}

/**
 * The first trigger whose name and `if` match, or null: an event starts a function once, however many match.
 * @param evaluate whether an `if` holds; an `if` that fails counts as false (semantics §4.1), which is for it to say
 */
export function matchTrigger<E extends { readonly name: string }>(
  triggers: readonly Trigger[],
  event: E,
  evaluate: (expression: string, event: E) => boolean,
): EventTrigger | null {
  for (const trigger of triggers) {
    if (!("event" in trigger) || !matchesName(trigger.event, event.name)) continue;
    if (trigger.expression === undefined || evaluate(trigger.expression, event)) return trigger;
  }
  return null;
}
