/** Every mail of `emails/samples.ts`, rendered into files beside the pictures. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, parse } from "node:path";
import { pathToFileURL } from "node:url";
import type { Scene } from "./screenshot-scenes.ts";

export function listMailScenes(folder: string): Scene[] {
  const mails = join(folder, "mails");
  execFileSync(process.execPath, [join(import.meta.dirname, "render-mails.ts"), mails]);
  return readdirSync(mails).map((file) => ({
    name: `mail-${parse(file).name}`,
    url: pathToFileURL(join(mails, file)).href,
  }));
}
