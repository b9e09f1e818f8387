/** Why a run waits: for each gate the panel says it in words, with who is in the way and when it goes on. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlace, type Place } from "./place.ts";
import { type Seeded, seed, type WaitingAt } from "./seed.ts";
import { openWindow } from "./window.ts";

let place: Place;
let seeded: Seeded;
beforeAll(async () => {
  place = await openPlace();
  seeded = await seed(place, { hours: 0, steps: 2 });
});
afterAll(() => place.close());

interface Expected {
  /** As the API names it. */
  gate: string;
  /** What a reader needs. */
  words: RegExp[];
  /** Where one can go from there. */
  links?: RegExp[];
}
const gates: Record<WaitingAt, Expected> = {
  concurrency: {
    gate: "concurrency",
    words: [/2 of 2 in use/, /event\.data\.account = "acme"/, /1 ahead of it/, /held by/],
    links: [/^…\w{6}$/],
  },
  throttle: {
    gate: "throttle",
    words: [/2 per 1 h may start, and they have/, /at the earliest in \d/, /in line/],
  },
  sleep: { gate: "sleep", words: [/^Sleep *a-day/, /it sleeps until/, /in 23 h 59 m/] },
  event: {
    gate: "event",
    words: [/first-order/, /shop\/order\.placed/, /async\.data\.customer/, /at the latest/],
  },
  signal: {
    gate: "signal",
    words: [/it waits for the signal "refund-A-9001"/, /at the latest .*it times out in 2 d 23 h/],
  },
  invoke: {
    gate: "invoke",
    words: [
      /the function shop-approve-refund that it has invoked/,
      /it waits for the signal "refund-A-9002"/,
    ],
    links: [/^…\w{6}$/],
  },
  retry: {
    gate: "retry",
    words: [
      /attempt 1 of 5 failed: 503: the partner's API/,
      /at \d\d:\d\d:\d\d/,
      /attempt 2 of 5 comes next/,
    ],
  },
  pause: { gate: "pause", words: [/is paused/], links: [/^Resume it/] },
  start: {
    gate: "start",
    words: [/the time of its event \(ts\) lies in the future/, /in 3 h|in 2 h/],
  },
  app: { gate: "app", words: [/since/], links: [/^See the apps/] },
};

test.each(Object.entries(gates) as [WaitingAt, Expected][])(
  "%s",
  async (waiting, { gate, words, links = [] }) => {
    const page = await openWindow({ url: place.url });
    await page.goto(`/runs/${seeded.waiting[waiting]}`);
    const reason = page
      .getByTestId("why-panel")
      .locator(`[data-testid="why-reason"][data-gate="${gate}"]`)
      .first();
    await reason.waitFor();
    const text = await reason.textContent();
    for (const word of words) expect(text).toMatch(word);
    for (const link of links) await reason.getByRole("link", { name: link }).first().waitFor();
  },
);
