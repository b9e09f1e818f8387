/** The simulation bites: each planted bug is found, and the seeds that find them are clean without. */
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { plants } from "./plants.ts";
import { simulate } from "./simulate.ts";

const SEEDS = 200;
const run = promisify(execFile);
const found: number[] = [];

interface Broken {
  seed: number;
  violations: string[];
}

async function firstBroken(plant: number | "small", seeds = SEEDS): Promise<Broken | null> {
  const script = join(import.meta.dirname, "plant-process.ts");
  const args = ["--conditions=stepwell-source", script, String(plant), "1", String(seeds)];
  // Sixty processes compile the same files.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "stepwell-simulation") };
  const { stdout } = await run(process.execPath, args, { timeout: 120_000, env });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "null");
}

/** Each is a process of its own, and mostly loads the engine: two at a time. */
const searches = new Map<number, Promise<Broken | null>>();
function search(index: number): Promise<Broken | null> {
  const started = searches.get(index) ?? firstBroken(index);
  // Whoever awaits it hears of a failure; that nobody does so yet is none.
  started.catch(() => {});
  searches.set(index, started);
  return started;
}

describe("a planted bug is found", () => {
  test.each(plants.map(({ name }, index) => ({ name, index })))("$name", async ({ index }) => {
    const searched = search(index);
    if (index + 1 < plants.length) void search(index + 1);
    const broken = await searched;
    expect(broken, `not found in ${SEEDS} seeds`).not.toBeNull();
    if (broken !== null) found.push(broken.seed);
  });

  test("and the seeds that found one are clean without it", async () => {
    expect(found.length).toBe(plants.length);
    for (const seed of new Set(found)) expect((await simulate(seed)).violations).toEqual([]);
  });
});

test("batches so small that nothing fits into one are no bug", async () => {
  expect(await firstBroken("small", 80)).toBeNull();
});

afterAll(() => {
  if (found.length > 0) console.log(`seeds that found the plants: ${found.join(" ")}`);
});
