/**
 * Draws the pictures of the guide anew, and writes down what `stepwell why` says in each scene:
 * node --conditions=stepwell-source docs/guides/flow-control/draw.ts
 * A test (tests/guides.test.ts) fails while the page is not what the engine does.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { draw } from "./picture.ts";
import { record } from "./record.ts";
import { scenes } from "./scenes.ts";

const pagePath = join(import.meta.dirname, "../flow-control.md");
let page = readFileSync(pagePath, "utf8");
for (const scene of scenes) {
  const recording = await record(scene);
  writeFileSync(join(import.meta.dirname, `${scene.name}.svg`), draw(scene, recording));
  const block = new RegExp(`(^\`\`\`text ${scene.name}\\n)[^]*?(^\`\`\`$)`, "m");
  page = page.replace(block, (_all, open: string, close: string) => `${open}${recording.answer}\n${close}`);
}
writeFileSync(pagePath, page);
