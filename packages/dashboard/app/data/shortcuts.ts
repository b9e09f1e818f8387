/** Keys of the page that is shown; the frame has its own. All of them are listed in the help. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { tinykeys } from "tinykeys";
import { preferences } from "./preferences.ts";
import { isIgnored, placeOf } from "./shortcut-guard.ts";

export interface KeyWords {
  /** As people press it: `g r`, `?`, `L`. */
  keys: string;
  does: string;
}

/** The key that `$mod` stands for, as it is called on this machine. */
export const modKey: string = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "") ? "⌘" : "Ctrl";

let known: readonly (readonly KeyWords[])[] = [];
const listeners = new Set<() => void>();
function change(next: typeof known): void {
  known = next;
  for (const listener of listeners) listener();
}

/** Every key that works now, by who has it: the frame first, then the page. */
export function useKnownKeys(): readonly (readonly KeyWords[])[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => known,
  );
}

/**
 * Keys while a component is shown. None of them may write: at most they open a dialog.
 * @param keys key or sequence → what happens: `L`, `g r`, `$mod+k`, `?`
 * @param words the same keys → what they do, for the help; a key without words is not listed
 */
export function useShortcuts(
  keys: Record<string, (event: KeyboardEvent) => void>,
  words: Record<string, string> = {},
): void {
  const newest = useRef(keys);
  newest.current = keys;
  const names = Object.keys(keys).join("\n");
  const listed = JSON.stringify(words);
  useEffect(() => {
    const bound = Object.fromEntries(
      names.split("\n").map((name) => [
        asPresses(name),
        (event: KeyboardEvent) => {
          event.preventDefault();
          newest.current[name]?.(event);
        },
      ]),
    );
    const stop = tinykeys(window, bound, {
      ignore: (event) => isIgnored(event, placeOf(event), preferences().shortcuts),
    });
    const own = Object.entries(JSON.parse(listed) as Record<string, string>).map(([key, does]) => ({
      keys: key,
      does,
    }));
    if (own.length > 0) change([...known, own]);
    return () => {
      stop();
      change(known.filter((each) => each !== own));
    };
  }, [names, listed]);
}

/** Whether Shift is needed for a sign depends on the keyboard. */
function asPresses(name: string): string {
  return name
    .split(" ")
    .map((press) => (/^[A-Z?.,+/[\]-]$/.test(press) ? `[Shift]+${press}` : press))
    .join(" ");
}
