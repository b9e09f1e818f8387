// Expressions come from users and run inside the decision of a run, so none may hold up the process. Every loop
// over data pays here; one unit is about one visited node or 64 characters. Two million units are at most a few
// tenths of a second, measured with the slowest patterns re2js knows.

const BUDGET = 2_000_000;
const MAX_DATA_DEPTH = 200;

/** Ends an evaluation at once: unlike an ordinary failure it is not swallowed by `||`. */
export class Exhausted extends Error {
  override readonly name = "Exhausted";
}

export class Meter {
  #left: number;

  /** @param share of the whole budget, 0 to 1: places that evaluate many expressions in a row give each less */
  constructor(share = 1) {
    this.#left = BUDGET * share;
  }

  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw new Exhausted("the expression takes too many steps");
  }

  spendOnText(text: string): void {
    this.spend(1 + (text.length >> 6));
  }

  /** Recursion over event data: the stack is as finite as the time. */
  enter(depth: number): void {
    if (depth > MAX_DATA_DEPTH) throw new Exhausted("the data is nested too deeply");
    this.spend(1);
  }
}
