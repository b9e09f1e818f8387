/** CPU and memory of a server that has an app and a schedule and nothing to do. */
import { cpuMs, exactCpuMs, memoryMb, pause } from "./child.ts";
import { makePlace } from "./place.ts";
import type { Bench } from "./report.ts";

const SECONDS = 20;

export const idle: Bench = async ({ scale, profiles, say }) => {
  const place = await makePlace(1, profiles);
  const seconds = Math.max(2, SECONDS * scale);
  try {
    const app = await place.startApp();
    const { child } = await place.startServer("full", ["--sdk-url", place.appUrl]);
    await place.sync();
    // What the start has left for later (compiling, collecting garbage) is not idling.
    await pause(5000);
    say(`idle for ${seconds} s`);
    const [before, exactBefore] = [cpuMs(child.pid), exactCpuMs(child.pid)];
    await pause(seconds * 1000);
    const usedMs = cpuMs(child.pid) - before;
    const exactMs = exactCpuMs(child.pid) - exactBefore;
    const memory = memoryMb(child.pid);
    await child.stop();
    await app.stop();
    const percent = exactMs / (seconds * 10);
    return {
      tables: [
        {
          title: `\`stepwell start\`, idle for ${seconds} s: 8 functions synced, one of them cron, app named by --sdk-url`,
          columns: [
            "CPU by /proc/PID/stat, ms",
            "CPU by the scheduler, ms",
            "% of one core",
            "RSS, MiB",
            "peak RSS, MiB",
          ],
          rows: [[usedMs, exactMs, percent.toFixed(3), memory.now, memory.peak]],
        },
      ],
      verdicts: [],
      notes: [
        "/proc/PID/stat counts ticks of 10 ms (utime + stime), so it can show 0; the scheduler counts nanoseconds.",
        "With --sdk-url the app is asked for its functions each 30 s; that question is in it when it falls into the window.",
      ],
    };
  } finally {
    place.remove();
  }
};
