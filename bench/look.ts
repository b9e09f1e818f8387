/** What a file costs a server that only starts on it: size, time to ready, memory. */
import { memoryMb, pause } from "./child.ts";
import { fileMb, type Place } from "./place.ts";
import { quantile, type Table } from "./report.ts";

export interface Look {
  sizeMb: number;
  readyMs: number;
  rss: number;
  peak: number;
}

/** Starts a server on the file so many times and looks at it 3 s after it was ready. */
export async function lookAt(place: Place, times: number): Promise<Look> {
  const looks: Look[] = [];
  for (let time = 0; time < times; time += 1) {
    const { child, readyMs } = await place.startServer("full");
    await pause(3000);
    const { now: rss, peak } = memoryMb(child.pid);
    await child.stop();
    looks.push({ sizeMb: fileMb(place.file), readyMs, rss, peak });
  }
  const median = (of: (look: Look) => number): number => quantile(looks.map(of), 0.5);
  return {
    sizeMb: median((look) => look.sizeMb),
    readyMs: median((look) => look.readyMs),
    rss: median((look) => look.rss),
    peak: median((look) => look.peak),
  };
}

/** @param seeded runs in the large file beside the first ones */
export function lookTable(
  title: string,
  { small, large, first, seeded }: { small: Look; large: Look; first: number; seeded: number },
): Table {
  const row = (name: string, runs: number, look: Look, each: string): (string | number)[] => {
    return [name, String(runs), look.sizeMb, each, look.readyMs, look.rss, look.peak];
  };
  const each = (((large.sizeMb - small.sizeMb) * 2 ** 20) / seeded).toFixed(0);
  return {
    title,
    columns: [
      "file",
      "runs in it",
      "size, MiB",
      "bytes/run",
      "start → ready, ms",
      "RSS, MiB",
      "peak RSS, MiB",
    ],
    rows: [row("small", first, small, "—"), row("large", first + seeded, large, each)],
  };
}

export const lookNotes: readonly string[] = [
  "Start → ready: from the start of the process to the first 200 of /health, median of the starts; the small file shows what of it is Node and the modules. The file is in the page cache of the system.",
  "RSS: 3 s after ready. What the system caches of the file is not in it.",
];
