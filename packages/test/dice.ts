/** Everything random in a world comes from one seed, so that a run of a test is like the one before. */
import type { Instant } from "@stepwell/core";
import type { Chance } from "@stepwell/engine";

export interface Dice {
  /** In [0, 1). */
  roll(): number;
  /** A whole number in [0, n). */
  below(n: number): number;
}

/** Equal seeds give equal rolls. @param seed any whole number */
export function createDice(seed: number): Dice {
  let state = Math.imul(seed ^ 0x2545f491, 0x9e3779b1) >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { roll, below: (n) => Math.floor(roll() * n) };
}

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;
/** Digits that count up; those before them come from the dice. */
const COUNTING_DIGITS = 6;

/** ULIDs that sort in the order in which they were made, and the dice of the engine. */
export function createChance(dice: Dice): Chance {
  let made = 0;
  let latest = 0;
  const prefix = Array.from({ length: RANDOM_DIGITS - COUNTING_DIGITS }, () => DIGITS[dice.below(32)]).join(
    "",
  );
  return {
    id(now: Instant) {
      made += 1;
      latest = Math.max(latest, now);
      return `${digitsOf(latest, TIME_DIGITS)}${prefix}${digitsOf(made, COUNTING_DIGITS)}`;
    },
    roll: () => dice.roll(),
  };
}

function digitsOf(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = DIGITS[rest % 32] + text;
  return text;
}
