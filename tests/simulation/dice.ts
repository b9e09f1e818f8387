/** Seeded dice: everything random in the simulation comes from here, so a seed is a whole story. */

export interface Dice {
  /** In [0, 1). */
  roll(): number;
  /** An integer in [0, n). */
  below(n: number): number;
  /** From `low` to `high`, both included. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** @param seed any integer; equal seeds give equal rolls */
export function createDice(seed: number): Dice {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(roll() * n);
  return {
    roll,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => roll() < probability,
    pick(from) {
      if (from.length === 0) throw new Error("nothing to pick from");
      return from[below(from.length)] as (typeof from)[number];
    },
  };
}

/** The data of an event: a small key, and now and then none. */
export function someData(dice: Dice): { [key: string]: number } {
  return dice.chance(0.12) ? {} : { k: dice.below(4) };
}
