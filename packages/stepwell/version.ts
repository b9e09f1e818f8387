/** The version of this package, read from its manifest: beside this file in the clone, above `dist` when packed. */
import { readFileSync } from "node:fs";

export function readVersion(): string {
  for (const place of ["./package.json", "../package.json"]) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8")) as Record<
        string,
        unknown
      >;
      if (manifest.name === "stepwell") return String(manifest.version);
    } catch {
      // The other place has it.
    }
  }
  return "unknown";
}
