/** An operator's day: sends an event, pauses and resumes a function, runs a schedule now, and sees it all live. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { addUser, makeAdmin, type Session, signIn } from "./people.ts";
import { openPlace, type Place } from "./place.ts";
import { hasMark, isLive, mark } from "./visits.ts";
import { openWindow } from "./window.ts";

let place: Place;
let operator: Session;
beforeAll(async () => {
  place = await openPlace({ mode: "start" });
  await addUser(await makeAdmin(place), "otto", "operator");
  operator = await signIn(place, "otto");
});
afterAll(() => place.close());
const window = () => openWindow({ url: place.url, session: operator });
const order = (customer: string) => ({ order: "A-7", customer, total: 55, card: "ok" });

test("send an event and see its runs appear live", async () => {
  await place.send({ name: "shop/order.placed", data: order("first@example.com") });
  await place.idle();
  const list = await window();
  await list.goto("/runs?q=function%3Ashop-fulfil-order");
  await list.getByTestId("run-row").waitFor();
  await isLive(list);
  await mark(list);

  const page = await window();
  await page.goto("/events");
  await page.getByRole("button", { name: "Send event" }).click();
  const dialog = page.getByTestId("send-event");
  const name = dialog.getByRole("combobox", { name: "Name" });
  // Every name that something waits for or that was seen is offered.
  for (const known of ["shop/order.placed", "crm/contact.updated"])
    await dialog.locator(`datalist option[value="${known}"]`).waitFor({ state: "attached" });
  await name.fill("shop/order.placed");
  await dialog.getByText("Triggers shop-fulfil-order.").waitFor();
  // The newest event of the name is what one begins with, and its schema is what the editor offers.
  const editor = dialog.locator(".cm-content");
  await editor.filter({ hasText: "first@example.com" }).waitFor();
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type('{"cust');
  await page.locator(".cm-tooltip-autocomplete").getByText("customer").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(JSON.stringify({ ...order("second@example.com"), hold: "live" }));
  await dialog.getByRole("button", { name: "Send event" }).click();

  const sent = page.getByTestId("sent-event");
  const outcome = sent.getByTestId("outcome-row").filter({ hasText: "shop-fulfil-order" });
  await outcome.getByTestId("run-status").filter({ hasText: "Running" }).waitFor();
  await expect.poll(() => list.getByTestId("run-row").count()).toBe(2);
  place.held.release("live");
  await outcome.getByTestId("run-status").filter({ hasText: "Completed" }).waitFor();
  await list.getByTestId("run-row").first().getByText("Completed").waitFor();
  expect(await hasMark(list)).toBe(true);
  await outcome.getByRole("link", { name: "Open run" }).click();
  await page.getByTestId("waterfall-row").filter({ hasText: "mail-receipt" }).waitFor();
});

test("pause a function: its event is skipped, and says why; after resuming the next one runs", async () => {
  const page = await window();
  await page.goto("/functions");
  await page
    .getByTestId("function-row")
    .filter({ hasText: "Fulfil an order" })
    .getByRole("link")
    .first()
    .click();
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByRole("dialog").getByText("make a run that is skipped").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByText("Paused: new events and ticks are skipped").waitFor();

  const [skipped = ""] = await place.send({ name: "shop/order.placed", data: order("late@example.com") });
  const event = await window();
  await event.goto(`/events/${skipped}`);
  const outcome = event.getByTestId("outcome-row").filter({ hasText: "shop-fulfil-order" });
  await outcome.getByText("Skipped").first().waitFor();
  await outcome
    .getByText(/paused/i)
    .first()
    .waitFor();

  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Resume", exact: true }).click();
  await page.getByText("Paused: new events and ticks are skipped").waitFor({ state: "detached" });
  const [runs = ""] = await place.send({ name: "shop/order.placed", data: order("later@example.com") });
  await event.goto(`/events/${runs}`);
  await outcome.getByTestId("run-status").filter({ hasText: "Completed" }).waitFor();
});

test("Run now: the run and the schedule's last run, live", async () => {
  const page = await window();
  await page.goto("/schedules");
  const row = page.getByTestId("schedule-row").filter({ hasText: "Nightly report" });
  await row.getByText("never ran").waitFor();
  await isLive(page);
  await mark(page);
  await row.getByTestId("run-now").click();
  const result = row.getByTestId("run-now-result");
  await result.getByTestId("run-status").filter({ hasText: "Completed" }).waitFor();
  await row.getByText("never ran").waitFor({ state: "detached" });
  await row.getByTestId("run-status").first().filter({ hasText: "Completed" }).waitFor();
  expect(await hasMark(page)).toBe(true);
  await result.getByRole("link").click();
  await page.getByTestId("waterfall-row").filter({ hasText: "render" }).waitFor();
});

test("everything that was done is in the audit log, with who did it", async () => {
  const admin = await signIn(place, "ana");
  const page = await openWindow({ url: place.url, session: admin });
  await page.goto("/settings/audit");
  for (const action of ["event.send", "function.mode", "schedule.run"])
    await page.getByRole("row").filter({ hasText: action }).filter({ hasText: "otto" }).first().waitFor();
});
