/**
 * `npm run sim -- --seeds 200`: many seeds, one after the other; stops at the first that breaks.
 * `npm run sim -- --seed 17 --trace`: one seed, with everything that happened.
 */
import { parseArgs } from "node:util";
import { shrink } from "./shrink.ts";
import { type Outcome, simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});

const LAST_LINES = 40;

function report(outcome: Outcome, all: boolean): void {
  const lines = all ? outcome.lines : outcome.lines.slice(-LAST_LINES);
  for (const line of outcome.about) console.log(line);
  for (const line of lines) console.log(line);
  for (const violation of outcome.violations) console.log(`BROKEN: ${violation}`);
  console.log(`SEED=${outcome.seed} hash=${outcome.hash} tasks=${outcome.tasks}`);
}

if (values.seed !== undefined) {
  const outcome = await simulate(Number(values.seed), values.trace);
  report(outcome, values.trace);
  process.exitCode = outcome.violations.length === 0 ? 0 : 1;
} else {
  const from = Number(values.from);
  const count = Number(values.seeds);
  const start = performance.now();
  let tasks = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const outcome = await simulate(seed);
    tasks += outcome.tasks;
    if (outcome.violations.length > 0) {
      report(outcome, false);
      console.log("Looking for a smaller story with the same complaint …");
      report(await shrink(outcome, 400), false);
      console.log(`Replay the first one: npm run sim -- --seed ${seed} --trace`);
      process.exitCode = 1;
      break;
    }
    const done = seed - from + 1;
    if (done % 50 === 0 || done === count)
      console.log(
        `${done}/${count} seeds, ${tasks} steps, ${((performance.now() - start) / 1000).toFixed(1)} s`,
      );
  }
}
