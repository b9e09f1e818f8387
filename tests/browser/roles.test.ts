/** Who may do what: a viewer sees everything but keys, users and the audit log, and cannot act on anything. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAdmin, password, type Session, signIn } from "./people.ts";
import { openPlace, type Place } from "./place.ts";
import { openWindow } from "./window.ts";

let place: Place;
let admin: Session;
let waiting: string;
let failed: string;
beforeAll(async () => {
  place = await openPlace({ mode: "start" });
  admin = await makeAdmin(place);
  const [refund = "", report = ""] = await place.send(
    { name: "shop/refund.requested", data: { order: "A-1" } },
    { name: "report/requested", data: { fail: true } },
  );
  [waiting = ""] = await place.runsOf(refund);
  [failed = ""] = await place.runsOf(report);
  await place.idle();
  await place.runIs(failed, "failed");
});
afterAll(() => place.close());

test("an admin adds a viewer and an operator", async () => {
  const page = await openWindow({ url: place.url, session: admin });
  await page.goto("/settings/users");
  for (const [name, role] of [
    ["vera", "viewer"],
    ["otto", "operator"],
  ] as const) {
    await page.getByRole("button", { name: "Add user" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel("Role").selectOption(role);
    await dialog.getByLabel("First password", { exact: true }).fill(password);
    await dialog.getByRole("button", { name: "Add user" }).click();
    await page.getByTestId("user-row").filter({ hasText: name }).filter({ hasText: role }).waitFor();
  }
});

interface Controls {
  path: string;
  /** Buttons that write, or open what writes. */
  buttons: (string | RegExp)[];
  needs: "operator" | "admin";
}
const controls = (): Controls[] => [
  { path: `/runs/${waiting}`, buttons: ["Cancel…", "Rerun…", "Rerun from step…"], needs: "operator" },
  { path: `/runs/${failed}`, buttons: ["Rerun…", "Rerun from step…"], needs: "operator" },
  { path: "/events", buttons: ["Send event"], needs: "operator" },
  { path: "/functions/shop-fulfil-order", buttons: ["Pause", "Drain", "Invoke…"], needs: "operator" },
  { path: "/schedules", buttons: [/^Run now.*Nightly report/], needs: "operator" },
  { path: "/apps", buttons: ["Add app", /^Sync again/], needs: "admin" },
];

/** Each button is there, cannot be pressed, and says which role it needs. */
async function expectDisabled(page: Page, { path, buttons, needs }: Controls, role: string): Promise<void> {
  await page.goto(path);
  for (const name of buttons) {
    const button = page.getByRole("button", { name }).first();
    await button.waitFor();
    expect([path, name, await button.getAttribute("aria-disabled")]).toEqual([path, name, "true"]);
    expect(await button.textContent()).toContain(`Needs the role ${needs}; yours is ${role}`);
    await button.click({ force: true });
    expect(await page.getByRole("dialog").count()).toBe(0);
  }
}

test("a viewer cannot act: controls say what they need, and the API refuses", async () => {
  const viewer = await signIn(place, "vera");
  const page = await openWindow({ url: place.url, session: viewer });
  for (const one of controls()) await expectDisabled(page, one, "viewer");
  await page.goto("/runs");
  await page.getByTestId("run-row").first().waitFor();
  expect(await page.getByRole("checkbox").count()).toBe(0);
  for (const section of ["users", "keys", "audit"]) {
    await page.goto(`/settings/${section}`);
    await page.getByText("Needs the role admin; yours is viewer").waitFor();
  }
  const writes: [method: string, path: string, body?: object][] = [
    ["POST", `/runs/${waiting}/cancel`],
    ["POST", `/runs/${failed}/rerun`, {}],
    ["POST", "/events", { name: "shop/order.placed", data: {} }],
    ["POST", "/functions/shop-fulfil-order/mode", { mode: "paused" }],
    ["POST", "/functions/shop-fulfil-order/invoke", { data: {} }],
    ["POST", "/bulk/preview", { action: "cancel", q: "" }],
    ["POST", "/users", { name: "eve", role: "admin", password }],
    ["POST", "/keys", { name: "k", scopes: ["settings"] }],
    ["GET", "/users"],
    ["GET", "/keys"],
    ["GET", "/audit"],
  ];
  for (const [method, path, body] of writes)
    expect([path, (await viewer.call(method, path, body)).status]).toEqual([path, 403]);
  expect((await place.server.engine.read.run(waiting))?.status).toBe("running");
});

test("an operator acts on runs, but not on apps, and sees neither users nor keys", async () => {
  const operator = await signIn(place, "otto");
  const page = await openWindow({ url: place.url, session: operator });
  for (const one of controls().filter(({ needs }) => needs === "admin"))
    await expectDisabled(page, one, "operator");
  for (const section of ["users", "keys", "audit"]) {
    await page.goto(`/settings/${section}`);
    await page.getByText("Needs the role admin; yours is operator").waitFor();
    expect(await page.getByRole("button", { name: /Add user|New key/ }).count()).toBe(0);
  }
  await page.goto(`/runs/${waiting}`);
  await page.getByRole("button", { name: "Cancel…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
  await page.getByTestId("run-status").filter({ hasText: "Cancelled" }).waitFor();
});
