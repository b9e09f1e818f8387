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
  console.log(`${pc.green("✓")} ${what}`);
}

/** "1 row", "2 rows" */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
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
