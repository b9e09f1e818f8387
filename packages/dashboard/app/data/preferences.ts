/**
 * What a person chose for this browser: theme, density, zone and so on. Kept in local storage, shared
 * between tabs, and put on `<html>` where styles need it.
 */
import { useSyncExternalStore } from "react";

export interface Preferences {
  theme: "system" | "light" | "dark";
  density: "comfortable" | "compact";
  /** `local`, `UTC`, or an IANA name. */
  zone: string;
  times: "relative" | "absolute";
  navigation: "wide" | "narrow";
  shortcuts: boolean;
}

export const defaults: Preferences = {
  theme: "system",
  density: "comfortable",
  zone: "local",
  times: "relative",
  navigation: "wide",
  shortcuts: true,
};
const choices: { [K in keyof Preferences]?: readonly unknown[] } = {
  theme: ["system", "light", "dark"],
  density: ["comfortable", "compact"],
  times: ["relative", "absolute"],
  navigation: ["wide", "narrow"],
  shortcuts: [true, false],
};
const STORED_AS = "stepwell.preferences";

/** What was stored, value by value; what is not known falls back. */
export function readPreferences(text: string | null): Preferences {
  let stored: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text ?? "{}");
    if (typeof parsed === "object" && parsed !== null) stored = parsed as Record<string, unknown>;
  } catch {
    // Not ours: the defaults.
  }
  const read = { ...defaults } as Record<string, unknown>;
  for (const key of Object.keys(defaults) as (keyof Preferences)[]) {
    const value = stored[key];
    if (key === "zone" ? isZone(value) : choices[key]?.includes(value)) read[key] = value;
  }
  return read as unknown as Preferences;
}

function isZone(value: unknown): boolean {
  if (typeof value !== "string") return false;
  if (value === "local") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

const storage = globalThis.localStorage;
let current = readPreferences(stored());
const listeners = new Set<() => void>();

function stored(): string | null {
  try {
    return storage?.getItem(STORED_AS) ?? null;
  } catch {
    return null;
  }
}

function show(): void {
  const root = globalThis.document?.documentElement;
  if (!root) return;
  if (current.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = current.theme;
  root.dataset.density = current.density;
}

function changeTo(next: Preferences): void {
  current = next;
  show();
  for (const listener of listeners) listener();
}

/** Begins to show them, and to follow other tabs. Once, at the start. */
export function startPreferences(): void {
  show();
  addEventListener("storage", ({ key, newValue }) => {
    if (key === STORED_AS) changeTo(readPreferences(newValue));
  });
}

/** Keeps a choice; without storage it lasts as long as the tab. */
export function setPreference<K extends keyof Preferences>(key: K, value: Preferences[K]): void {
  changeTo({ ...current, [key]: value });
  try {
    storage?.setItem(STORED_AS, JSON.stringify(current));
  } catch {
    // Private windows may refuse; the choice still holds in this tab.
  }
}

/** The choices now, without a component. */
export function preferences(): Preferences {
  return current;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
