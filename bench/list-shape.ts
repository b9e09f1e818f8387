/** What the file of the bench of lists holds, as functions of a number: ids, whose each run is, and what became of it. */
import type { RunStatus } from "@stepwell/core";

export const APPS = 4;
export const FUNCTIONS = 40;
export const FAILED = 20;
/** So many events in a row are the server's own. */
export const STRETCH = 20_000;

export const functionId = (n: number): string => `0f0e0d0c-0000-4000-8000-${String(n).padStart(12, "0")}`;
export const appId = (n: number): string => `0a0b0c0d-0000-4000-8000-${String(n).padStart(12, "0")}`;
export const eventName = (n: number): string => `shop/event.${n % 30}`;
export const INTERNAL = "inngest/function.finished";
export const runId = (n: number): string => `01KB${String(n).padStart(22, "0")}`;
export const eventId = (n: number): string => `01KA${String(n).padStart(22, "0")}`;

/** 0…1, the same for each number, and without any order. */
const share = (n: number): number => ((n * 2_654_435_761) % 2 ** 32) / 2 ** 32;

/** Half of all runs are of the first function; of the last two there are two hundred and three runs in all. */
export function functionOf(n: number, runs: number): number {
  if (n === Math.floor(runs / 3)) return FUNCTIONS - 1;
  if (n % Math.ceil(runs / 202) === 1) return FUNCTIONS - 2;
  const at = share(n);
  return at < 0.5 ? 0 : 1 + Math.floor((at - 0.5) * 2 * (FUNCTIONS - 3));
}

export function statusOf(n: number, runs: number): RunStatus {
  if (n % Math.ceil(runs / FAILED) === 7) return "failed";
  if (n >= runs - 50) return "running";
  if (n >= runs * 0.985) return "queued";
  const at = share(n + 0.5);
  return at < 0.005 ? "cancelled" : at < 0.015 ? "skipped" : "completed";
}
