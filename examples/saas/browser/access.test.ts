/** Who may not start jobs: a stranger, and a user who is no admin. */
import { expect, test } from "vitest";
import { listManualRuns, postTrigger } from "./jobs.ts";
import { newcomer, signUp } from "./people.ts";
import { openWindow } from "./window.ts";

const unauthorized = { status: 403, body: { error: "Unauthorized" } };

test("a stranger is sent to sign in, and gets 403 from the trigger route", async () => {
  const page = await openWindow();
  await page.goto("/admin/jobs");
  const { pathname, searchParams } = new URL(page.url());
  expect({ pathname, next: searchParams.get("next") }).toEqual({ pathname: "/sign-in", next: "/admin/jobs" });
  const before = await listManualRuns("health-check");
  expect(await read(await postTrigger("health-check", []))).toEqual(unauthorized);
  expect(await listManualRuns("health-check")).toEqual(before);
});

test("a user gets the 403 page, and 403 from the trigger route", async () => {
  const page = await openWindow();
  await signUp(page, newcomer());
  expect(await page.getByRole("navigation").getByRole("link", { name: "Scheduled jobs" }).count()).toBe(0);
  for (const path of ["/admin/jobs", "/admin/jobs/runs/01JZZZZZZZZZZZZZZZZZZZZZZZ"]) {
    expect((await page.goto(path))?.status()).toBe(403);
    await page.getByRole("heading", { name: "Not allowed" }).waitFor();
  }
  const session = await page.context().cookies();
  const before = await listManualRuns("health-check");
  expect(await read(await postTrigger("health-check", session))).toEqual(unauthorized);
  expect(await listManualRuns("health-check")).toEqual(before);
});

test("a user sees no organization but their own", async () => {
  const page = await openWindow();
  await signUp(page, newcomer());
  const status = (await page.goto("/organizations/org_northwind"))?.status();
  expect([403, 404]).toContain(status);
});

async function read(answer: Response): Promise<{ status: number; body: unknown }> {
  return { status: answer.status, body: await answer.json() };
}
