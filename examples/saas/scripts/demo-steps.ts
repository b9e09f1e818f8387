/** Progress and failure of the demo: a tick for what is proven, one error that says the cure. */
import { setTimeout as pause } from "node:timers/promises";
import pc from "picocolors";

export class DemoFailure extends Error {
  override name = "DemoFailure";
}

export function chapter(title: string): void {
  console.log(`\n${pc.bold(title)}`);
}

export function tick(what: string): void {
  clearProgress();
  console.log(`${pc.green("✓")} ${what}`);
}

/** Beneath a tick: what belongs to it. */
export function detail(what: string): void {
  console.log(`  ${pc.dim(what)}`);
}

let saidAt = 0;
const QUIET_MS = 15_000;

/** Written over by what follows; where lines cannot be, one now and then. */
export function progress(what: string): void {
  if (process.stdout.isTTY) {
    process.stdout.write(`\r\u001b[K${pc.dim(`… ${what}`)}`);
  } else if (Date.now() - saidAt > QUIET_MS) {
    saidAt = Date.now();
    console.log(`… ${what}`);
  }
}

export function clearProgress(): void {
  if (process.stdout.isTTY) process.stdout.write("\r\u001b[K");
}

/** "1 row", "2,000 rows" */
export function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

/** "Sat 28 November, 00:00" in UTC, the zone of the example's crons. */
export function sayMoment(iso: string): string {
  return moment.format(new Date(iso));
}

const moment = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "long",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new DemoFailure(otherwise);
}

/** Asks until there is an answer; past the limit it fails with the hint. */
export async function waitFor<T>(
  what: string,
  limitMs: number,
  hint: string,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const giveUpAt = Date.now() + limitMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > giveUpAt) {
      throw new DemoFailure(`Waited ${limitMs / 1000} s for ${what}, in vain.\n  ${hint}`);
    }
    await pause(250);
  }
}
