/**
 * How often something may be tried: counted in this process, under a key for whoever or whatever is
 * counted, from the first try on for a minute.
 */
export interface TryLimit {
  /** Counts this try; 0 where there are not more than `max`, else the seconds to wait. */
  take(key: string, max: number): number;
}

const WINDOW_MS = 60_000;
const MAX_KEY_LENGTH = 300;

type Window = { tries: number; endsAt: number };

export function createTryLimit(): TryLimit {
  const windows = new Map<string, Window>();

  /** The oldest come first, and all last equally long. */
  function forgetEnded(now: number): void {
    for (const [key, { endsAt }] of windows) {
      if (endsAt > now) return;
      windows.delete(key);
    }
  }

  return {
    take(key, max) {
      const now = Date.now();
      forgetEnded(now);
      const short = key.slice(0, MAX_KEY_LENGTH);
      const window = windows.get(short) ?? { tries: 0, endsAt: now + WINDOW_MS };
      if (window.tries >= max) return Math.ceil((window.endsAt - now) / 1_000);
      window.tries++;
      windows.set(short, window);
      return 0;
    },
  };
}

export function sayTooOften(waitSeconds: number): string {
  return `Too many tries. Wait ${waitSeconds} seconds and try again.`;
}
