/** Data that wants to be more than text: it is shown as it is, and nothing of it runs. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Inngest, InngestFunction } from "../protocol/sdk.ts";
import { findOverflow } from "./check-page.ts";
import { openPlace, type Place } from "./place.ts";
import { settled } from "./settled.ts";
import { openWindow } from "./window.ts";

const script = '<img src=x onerror="window.caught=1"><script>window.caught=1</script>';
const texts = {
  script,
  closing: "</script><script>window.caught=1</script>",
  attribute: '" onmouseover="window.caught=1" x="',
  address: "javascript:window.caught=1",
  template: "{{constructor.constructor('window.caught=1')()}} ${window.caught=1}",
  rightToLeft: "\u202Egnp.exe مرحبا بالعالم",
  emoji: "👩‍👩‍👧‍👦 \u0000 \uFFFD \u2028 \uD800",
  long: "x".repeat(100_000),
};
const deep = (): object => {
  let value: object = { end: script };
  for (let level = 0; level < 300; level += 1) value = { a: value };
  return value;
};
/** `JSON.parse`, so that these are own properties. */
const odd = JSON.parse(
  '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
) as object;
const eventName = `evil/<img src=x onerror=alert(1)>"'\u202E`;

function functions(client: Inngest.Any): InngestFunction.Any[] {
  return [
    client.createFunction(
      { id: "evil", name: `${script} ${texts.rightToLeft}`, retries: 0, triggers: [{ event: eventName }] },
      async ({ event, step }) => {
        await step.run(`step ${script}`, () => event.data);
        await step.run(`${texts.closing}`, () => [odd, texts, deep()]);
        const error = new Error(`${script}\n${texts.rightToLeft}`);
        error.name = script;
        error.stack = `${script}\n    at ${script} (javascript:window.caught=1)\n    at x (${script}:1:1)`;
        throw error;
      },
    ),
  ];
}

let place: Place;
let event: string;
let run: string;
beforeAll(async () => {
  place = await openPlace({ functions });
  [event = ""] = await place.send({ name: eventName, data: { ...texts, odd, deep: deep() } });
  [run = ""] = await place.runsOf(event);
  await place.idle();
  await place.runIs(run, "failed");
});
afterAll(() => place.close());

async function expectTextOnly(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    caught: "caught" in window,
    polluted: "polluted" in {},
    images: document.querySelectorAll("img, iframe, object, embed").length,
    scripts: [...document.querySelectorAll("script")].filter(
      ({ type, src }) => type !== "application/json" && src === "",
    ).length,
    addresses: [...document.querySelectorAll("a")].filter(({ protocol }) => !/^https?:$/.test(protocol))
      .length,
    handlers: document.querySelectorAll("[onerror], [onmouseover], [onload]").length,
  }));
  expect(await findOverflow(page)).toEqual([]);
  expect(found).toEqual({
    caught: false,
    polluted: false,
    images: 0,
    scripts: 0,
    addresses: 0,
    handlers: 0,
  });
}

test.each([1440, 390])("at %i px", async (width) => {
  const page = await openWindow({ url: place.url, width });
  page.on("dialog", () => {
    throw new Error("a dialog of a payload");
  });
  const pages: [path: string, shows: string][] = [
    ["/", "Overview"],
    ["/runs", "Runs"],
    [`/runs?q=${encodeURIComponent(`"${script.replaceAll('"', "")}"`)}`, "Runs"],
    ["/events", "Events"],
    [`/events/${event}`, "evil/"],
    ["/functions", "Functions"],
    ["/functions/shop-evil", "<img src=x"],
    ["/functions/shop-evil?tab=errors", "<img src=x"],
    [`/runs/${run}`, "<img src=x"],
    [`/runs/${run}?step=run`, "<img src=x"],
    [`/runs/${run}?tab=events`, "<img src=x"],
    [`/runs/${run}?tab=output`, "<img src=x"],
    [`/runs/${run}?tab=raw`, "<img src=x"],
    [`/events?send=${encodeURIComponent(eventName)}`, "Events"],
    [`/sign-in?next=${encodeURIComponent("javascript:window.caught=1")}`, ""],
    [`/sign-in?next=${encodeURIComponent("//evil.example/")}`, ""],
  ];
  for (const [path, shows] of pages) {
    await page.goto(path);
    await settled(page);
    if (shows !== "") await page.locator("main").getByText(shows).first().waitFor({ state: "attached" });
    await expectTextOnly(page);
    expect(new URL(page.url()).origin).toBe(place.url);
  }
});

test("each step's input, output and error", async () => {
  const page = await openWindow({ url: place.url });
  await page.goto(`/runs/${run}`);
  await page.getByTestId("waterfall-row").first().waitFor();
  const count = await page.getByTestId("waterfall-row").count();
  expect(count).toBeGreaterThan(2);
  for (let row = 0; row < count; row += 1) {
    await page.getByTestId("waterfall-row").nth(row).click();
    const detail = page.getByTestId("detail-panel");
    const tabs = detail.getByRole("tab");
    await tabs.first().waitFor();
    for (let tab = 0; tab < (await tabs.count()); tab += 1) {
      await tabs.nth(tab).click();
      await expectTextOnly(page);
    }
  }
});
