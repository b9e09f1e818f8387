/**
 * A generic cell rate, told as a rule about histories (semantics §6.3, §6.4): of the starts of one key, from any
 * one on, there are never more than `atOnce` and one more for each `everyMs` that has passed.
 */
export interface Pace {
  everyMs: number;
  atOnce: number;
}
export interface Paces {
  /** `either`: a fraction of a millisecond decides, or the numbers have changed and what was before is not told. */
  room(key: string, pace: Pace, now: number): "yes" | "no" | "either";
  use(key: string, pace: Pace, now: number): void;
  /** Something was used, and nobody can tell by which numbers. */
  blur(key: string): void;
  /** When there is room for one more; minus infinity: nothing stands against it. Null: cannot be told. */
  roomAt(key: string, pace: Pace): number | null;
}

interface History {
  pace: string;
  /** Only since the last change of the numbers. */
  isPart: boolean;
  at: number[];
}

export function createPaces(): Paces {
  const histories = new Map<string, History>();

  function historyOf(key: string, pace: Pace): History {
    const text = JSON.stringify(pace);
    const known = histories.get(key);
    if (known?.pace === text) return known;
    const fresh = { pace: text, isPart: known !== undefined, at: [] };
    histories.set(key, fresh);
    return fresh;
  }
  /** One more at an instant is the n-th from each earlier one on: of these, the instant must allow so many. */
  function earliest({ at }: History, { everyMs, atOnce }: Pace): number {
    const over = at.length + 1 - atOnce;
    const bounds = at.slice(0, Math.max(0, over)).map((before, index) => before + (over - index) * everyMs);
    return Math.max(Number.NEGATIVE_INFINITY, ...bounds);
  }

  return {
    room(key, pace, now) {
      const history = historyOf(key, pace);
      const from = earliest(history, pace);
      const slackMs = Number.isInteger(pace.everyMs) ? 0 : 1;
      if (from - now > slackMs) return "no";
      return history.isPart || (slackMs > 0 && Math.abs(from - now) < slackMs) ? "either" : "yes";
    },
    use(key, pace, now) {
      historyOf(key, pace).at.push(now);
    },
    blur(key) {
      histories.set(key, { pace: "", isPart: true, at: [] });
    },
    roomAt(key, pace) {
      const history = historyOf(key, pace);
      return history.isPart ? null : earliest(history, pace);
    },
  };
}
