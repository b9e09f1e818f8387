/** Who visits: newcomers, each with an address of their own, and the demo admin. */
import type { Page } from "playwright-core";
import { inject } from "vitest";
import { openWindow, type WindowOptions } from "./window.ts";

export type Newcomer = { name: string; email: string; password: string; organization: string };

export function newcomer(): Newcomer {
  const mark = crypto.randomUUID().slice(0, 8);
  return {
    name: `Robin ${mark}`,
    email: `robin.${mark}@visitors.example`,
    password: crypto.randomUUID(),
    organization: `Visitors ${mark}`,
  };
}

/** By the form, as people do; ends on their organization's page, or where a refusal leads. */
export async function signUp(page: Page, person: Newcomer, endsOn = /\/organizations\/./): Promise<Newcomer> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(person.name);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByLabel("Organization").fill(person.organization);
  await page.getByRole("main").getByRole("button", { name: "Sign up" }).click();
  await page.waitForURL(endsOn);
  return person;
}

/** A window in which the demo admin is signed in already. */
export async function openAdminWindow(options: WindowOptions = {}): Promise<Page> {
  const page = await openWindow(options);
  await page.context().addCookies(inject("adminSession"));
  return page;
}
