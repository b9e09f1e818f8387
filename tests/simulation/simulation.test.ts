/**
 * The whole engine in a simulated world (docs/design/simulation.md). Every run of this test takes
 * fresh seeds; what breaks is told with its seed: `npm run sim -- --seed N --trace` plays it again.
 */
import { describe, expect, test } from "vitest";
import { type Outcome, simulate } from "./simulate.ts";

const FRESH = 200;
/** A new one each minute; the first number of the seeds that are taken. */
const from = Math.floor(Date.now() / 60_000) * 1000;

/** What becomes of events at gates; the rarer ones are not there in every 200 seeds. */
const GATES = [
  "started",
  "limited",
  "duplicate",
  "debounced",
  "batched",
  "filled",
  "Singleton",
  "FunctionPaused",
];

function told({ seed, violations, about, lines }: Outcome): string {
  const parts = [...violations.map((text) => `BROKEN: ${text}`), ...about, ...lines.slice(-15)];
  return `\n${parts.join("\n")}\nReplay it: npm run sim -- --seed ${seed} --trace\n`;
}

describe("a simulated world", () => {
  test.each([3, 22, 41, 55])("the same seed gives the same run: %i", async (seed) => {
    const [one, two] = [await simulate(seed), await simulate(seed)];
    expect(one.tasks).toBeGreaterThan(50);
    expect(two.hash).toBe(one.hash);
    expect((await simulate(seed + 1)).hash).not.toBe(one.hash);
  });

  test(`keeps its invariants and agrees with the model: ${FRESH} fresh seeds from ${from} on`, async () => {
    const ended = { runs: 0, disturbed: 0, stale: 0, modelled: 0 };
    const gates = new Set<string>();
    for (let seed = from; seed < from + FRESH; seed += 1) {
      const outcome = await simulate(seed);
      if (outcome.violations.length > 0) expect.fail(told(outcome));
      for (const key of Object.keys(ended) as (keyof typeof ended)[]) ended[key] += outcome.counts[key];
      for (const gate of Object.keys(outcome.counts.gates)) gates.add(gate);
    }
    // A simulation in which nothing happens proves nothing.
    expect(ended.runs).toBeGreaterThan(FRESH);
    expect(ended.modelled).toBeGreaterThan(FRESH / 2);
    expect(ended.disturbed).toBeGreaterThan(FRESH / 20);
    expect(ended.stale).toBeGreaterThan(0);
    expect([...gates]).toEqual(expect.arrayContaining(GATES));
  });
});
