/** Usage mails: off and on in the settings, and off by the link of a mail, without signing in. */
import { expect, test } from "vitest";
import { completeJob } from "./jobs.ts";
import { unsubscribeLink, waitForMail } from "./mails.ts";
import { newcomer, signUp } from "./people.ts";
import { openWindow } from "./window.ts";

test("are switched off and on again in the settings", async () => {
  const page = await openWindow();
  await signUp(page, newcomer());
  await page.getByRole("navigation").getByRole("link", { name: "Settings" }).click();
  const usageMails = page.getByLabel("Usage mails");
  await usageMails.waitFor();
  expect(await usageMails.isChecked()).toBe(true);
  for (const wanted of [false, true]) {
    await usageMails.setChecked(wanted);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("status").filter({ hasText: "saved" }).waitFor();
    await page.goto("/settings");
    expect(await usageMails.isChecked()).toBe(wanted);
  }
});

test("are switched off by the link of a mail, in a browser that is not signed in", async () => {
  const member = await openWindow();
  const { email } = await signUp(member, newcomer());
  await completeJob("send-daily-reports");
  const mail = await waitForMail(email, "Your Daily Usage Report");

  const stranger = await openWindow({ javaScript: false });
  await stranger.goto(unsubscribeLink(mail));
  await stranger.getByRole("button", { name: "Turn usage mails off" }).click();
  await stranger.getByRole("heading", { name: "Usage mails are off" }).waitFor();

  await member.goto("/settings");
  expect(await member.getByLabel("Usage mails").isChecked()).toBe(false);
});

test("stay on when the link is not whole", async () => {
  const page = await openWindow();
  await page.goto("/unsubscribe?user=usr_ada&signature=AAAA");
  await page.getByRole("alert").getByText("This link does not work").waitFor();
  expect(await page.getByRole("button", { name: "Turn usage mails off" }).count()).toBe(0);
});
