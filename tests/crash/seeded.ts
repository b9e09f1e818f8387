/** Seeded dice (mulberry32): the same seed gives the same moments. */
export interface Dice {
  readonly seed: number;
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number;
}

/** The seed is that of the environment variable SEED, else a new one; print it. */
export function createDice(): Dice {
  const given = process.env.SEED;
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  let state = seed >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { seed, whole: (least, most) => least + Math.floor(roll() * (most - least + 1)) };
}
