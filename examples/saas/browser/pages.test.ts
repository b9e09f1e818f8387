/** Every page and mail, in both themes: axe has nothing to say, and a phone shows it without sideways scrolling. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { renderMail } from "@/emails/index.ts";
import { sampleMails } from "@/emails/samples.ts";
import { checkMail, checkPage } from "./check-page.ts";
import { prepareVisits, type Visitor, type Visits, visitors } from "./visits.ts";
import { openWindow } from "./window.ts";

let visits: Record<Visitor, Visits>;
beforeAll(async () => {
  visits = await prepareVisits();
});

test("no page is left out", () => {
  const app = join(import.meta.dirname, "../app");
  const files = globSync(["**/page.tsx", "not-found.tsx", "forbidden.tsx"], { cwd: app });
  const visited = Object.values(visits).flatMap(({ paths }) => Object.keys(paths));
  expect([...new Set(visited)].toSorted()).toEqual(files.toSorted());
});

test("what is wrong with a page is found", async () => {
  const page = await openWindow();
  await page.setContent(`<main><h1 style="width: 400px; color: #bbb">Too wide and too pale</h1></main>`);
  const complaints = (await checkPage(page)).join("\n");
  for (const found of ["color-contrast", "document-title", "html-has-lang", "scrolls sideways"]) {
    expect(complaints).toContain(found);
  }
});

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  test.each(visitors)("the pages of: %s", async (visitor) => {
    const { session, paths } = visits[visitor];
    const page = await openWindow({ theme });
    await page.context().addCookies(session);
    const complaints: string[] = [];
    for (const path of Object.values(paths).flat()) {
      await page.goto(path);
      complaints.push(...(await checkPage(page)).map((complaint) => `${path}: ${complaint}`));
    }
    expect(complaints).toEqual([]);
  });

  test("the mails", async () => {
    const page = await openWindow({ theme });
    const complaints: string[] = [];
    for (const mail of sampleMails) {
      await page.setContent((await renderMail(mail, inject("appUrl"))).html);
      complaints.push(...(await checkMail(page)).map((complaint) => `${mail.template}: ${complaint}`));
    }
    expect(complaints).toEqual([]);
  });
});
