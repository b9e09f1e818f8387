/**
 * What a page may cost. Sizes and numbers of rows are promises; times depend on the machine, so they are
 * written to .screenshots/figures.json and looked at, not asserted.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlace, type Place } from "./place.ts";
import { openWindow } from "./window.ts";

const root = join(import.meta.dirname, "../..");
const STEPS = 1_000;
let place: Place;
let long: string;
const figures: Record<string, number> = {};

beforeAll(async () => {
  // With checkpoints: a thousand steps in a few calls.
  place = await openPlace({ checkpointing: true });
  const [event = ""] = await place.send({ name: "pipeline/started", data: { steps: STEPS } });
  [long = ""] = await place.runsOf(event);
  await place.runIs(long, "completed");
  await place.send(
    ...Array.from({ length: 60 }, (_, n) => ({ name: "shop/order.packed", data: { order: `A-${n}` } })),
  );
  await place.idle();
});
afterAll(async () => {
  const folder = join(root, ".screenshots");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "figures.json"), `${JSON.stringify(figures, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  await place.close();
});

test("what is loaded before the first page is small, with every page's own part", () => {
  const measured = execFileSync(process.execPath, [join(root, "packages/dashboard/measure-size.mjs")], {
    encoding: "utf8",
  });
  const { js, css, pages } = JSON.parse(measured) as {
    js: number;
    css: number;
    pages: Record<string, number>;
  };
  const kilobytes = (bytes: number) => Math.round(bytes / 102.4) / 10;
  figures["initial JS, KB gzipped"] = kilobytes(js);
  figures["initial CSS, KB gzipped"] = kilobytes(css);
  for (const [page, bytes] of Object.entries(pages))
    figures[`JS with ${page}, KB gzipped`] = kilobytes(bytes);
  expect(js).toBeLessThan(200 * 1024);
  expect(css).toBeLessThan(20 * 1024);
  expect(Object.keys(pages)).toContain("runs");
  for (const [page, bytes] of Object.entries(pages)) expect([page, bytes < 200 * 1024]).toEqual([page, true]);
});

/** Milliseconds from the start of the navigation to the first such element, as the page itself saw it. */
async function timeTo(page: Page, path: string, testId: string): Promise<number> {
  await page.goto("about:blank");
  await page.goto(path, { waitUntil: "commit" });
  await page.getByTestId(testId).first().waitFor({ state: "attached" });
  return page.evaluate(() => (window as never as { seenAt: number }).seenAt);
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

test("the first view of the runs, and of a run with a thousand steps", async () => {
  for (const [name, path, testId] of [
    ["runs", "/runs", "run-row"],
    ["a run of 1,000 steps", `/runs/${long}`, "waterfall-row"],
  ] as const) {
    const times: number[] = [];
    for (let load = 0; load < 5; load += 1) {
      // A window of its own: nothing is in its cache.
      const page = await openWindow({ url: place.url });
      await page.addInitScript((id) => {
        new MutationObserver((_, observer) => {
          if (document.querySelector(`[data-testid="${id}"]`) === null) return;
          (window as never as { seenAt: number }).seenAt = performance.now();
          observer.disconnect();
        }).observe(document, { childList: true, subtree: true });
      }, testId);
      times.push(await timeTo(page, path, testId));
      await page.context().close();
    }
    figures[`first view of ${name}, ms`] = Math.round(median(times));
    expect(times.every((ms) => ms > 0)).toBe(true);
  }
});

test("a run with a thousand steps holds few rows in the page, wherever it is scrolled to", async () => {
  const page = await openWindow({ url: place.url });
  await page.goto(`/runs/${long}`);
  await page.getByTestId("waterfall-row").first().waitFor();
  expect(await page.getByRole("treegrid").getAttribute("aria-rowcount")).toBe(String(STEPS + 3));
  // What this machine can do at all, with software drawing and whatever else is going on.
  figures["frames a second at rest"] = Math.round(await page.evaluate(framesAtRest));
  const { most, frames, ms, last } = await page.evaluate(scrollThrough);
  figures["frames a second while scrolling 1,000 steps"] = Math.round((frames / ms) * 1000);
  figures["most rows in the page"] = most;
  expect(most).toBeLessThanOrEqual(120);
  expect(most).toBeGreaterThan(5);
  expect(last).toContain(`stage-${STEPS - 1}`);
});

/** Runs in the page. */
async function framesAtRest(): Promise<number> {
  const from = performance.now();
  for (let frame = 0; frame < 60; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  return 60_000 / (performance.now() - from);
}

/** Runs in the page: scrolls from top to bottom, a hundred pixels a frame. */
async function scrollThrough(): Promise<{ most: number; frames: number; ms: number; last: string }> {
  const scroller = document.querySelector<HTMLElement>("[role=treegrid]");
  if (scroller === null) throw new Error("there is no timeline");
  const inner = scroller.scrollHeight > scroller.clientHeight + 10;
  const target = inner ? scroller : (document.scrollingElement as HTMLElement);
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const rows = () => document.querySelectorAll('[data-testid="waterfall-row"]');
  let most = 0;
  let frames = 0;
  const from = performance.now();
  while (target.scrollTop + target.clientHeight < target.scrollHeight - 2 && frames < 2_000) {
    target.scrollTop += 100;
    await frame();
    frames += 1;
    most = Math.max(most, rows().length);
  }
  const ms = performance.now() - from;
  await frame();
  await frame();
  return { most, frames, ms, last: [...rows()].map((row) => row.textContent).join("\n") };
}
