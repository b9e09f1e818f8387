/**
 * Simulates with a bug planted: `node … plant-process.ts <plant> <from> <seeds>`. Patches the source
 * while it is loaded, then runs seeds until one breaks. Prints one line of JSON.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { plants, smallBatches } from "./plants.ts";

const root = join(import.meta.dirname, "../..");
const [index = "", from = "1", seeds = "200"] = process.argv.slice(2);
const plant = index === "small" ? smallBatches : plants[Number(index)];
const missing = new Set<string>();

for (const { file, from: text } of plant?.edits ?? [])
  if (readFileSync(join(root, file), "utf8").split(text).length !== 2)
    throw new Error(
      `plant "${plant?.name}": its text is not in ${file} exactly once; mend tests/simulation/plants.ts`,
    );

for (const { file } of plant?.edits ?? []) missing.add(file);
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const path = url.startsWith("file:") ? fileURLToPath(url) : "";
    for (const { file, from: text, to } of plant?.edits ?? []) {
      if (path !== join(root, file)) continue;
      missing.delete(file);
      const source: unknown = loaded.source;
      loaded.source = (
        typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString()
      ).replace(text, () => to);
    }
    return loaded;
  },
});

const { simulate } = await import("./simulate.ts");
const { createSetup } = await import("./setup.ts");
const { createDice } = await import("./dice.ts");
if (missing.size > 0) throw new Error(`plant "${plant?.name}": ${[...missing].join(", ")} was never loaded`);
let found: { seed: number; violations: string[] } | null = null;
for (let seed = Number(from); found === null && seed < Number(from) + Number(seeds); seed += 1) {
  if (plant?.only?.(createSetup(createDice(seed))) === false) continue;
  const { violations } = await simulate(seed);
  if (violations.length > 0) found = { seed, violations: violations.slice(0, 3) };
}
console.log(JSON.stringify(found));
