/** The folder of the data: payloads, users, what passwords and keys are checked with. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Makes the folder where there is none: open to its owner only, and kept out of git, since it holds data, not code. */
export function makeDataFolder(dir: string): void {
  const made = mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (made !== undefined) writeFileSync(join(dir, ".gitignore"), "*\n");
}
