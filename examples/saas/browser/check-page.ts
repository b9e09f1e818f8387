/** What every page must keep: no finding of axe, and nothing to scroll sideways for, not even on a phone. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

const PHONE = { width: 390, height: 844 };

/** Complaints about the page that is open; none when all is well. */
export async function checkPage(page: Page): Promise<string[]> {
  const axe = new AxeBuilder({ page })
    // Asked for by WCAG 2.2, and off by default.
    .options({ rules: { "target-size": { enabled: true } } })
    // A mail that is shown inside is looked at by itself: nothing can be run where it is shown.
    .exclude("iframe");
  return [...(await runAxe(axe)), ...(await findOverflow(page))];
}

/** The same for a mail, which is no whole page: only what WCAG asks for, not how pages are best laid out. */
export async function checkMail(page: Page): Promise<string[]> {
  const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  return [...(await runAxe(new AxeBuilder({ page }).withTags(wcag))), ...(await findOverflow(page))];
}

/** All in the page itself ("legacy"), which is twice as fast as with a second page for the results. */
async function runAxe(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.setLegacyMode().analyze();
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => `${id} (${impact}) at ${node.target.join(" ")}: ${node.failureSummary}`),
  );
}

/** What sticks out to the right: as the page is, and while each explained time shows its explanation. */
async function findOverflow(page: Page): Promise<string[]> {
  const found = await page.evaluate(listOverflow);
  const before = page.viewportSize();
  await page.setViewportSize(PHONE);
  found.push(...(await page.evaluate(listOverflow)));
  if (before) await page.setViewportSize(before);
  return found;
}

/** Runs in the page. */
function listOverflow(): string[] {
  const { documentElement: root } = document;
  const complaints: string[] = [];
  const look = (when: string) => {
    if (root.scrollWidth <= root.clientWidth) return;
    const out = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 0.5,
    );
    const names = out.slice(-3).map((element) => element.outerHTML.slice(0, 200));
    complaints.push(`scrolls sideways at ${root.clientWidth} px ${when}: ${names.join(" ")}`);
  };
  look("as it is");
  for (const time of document.querySelectorAll<HTMLElement>("time[tabindex]")) {
    time.focus();
    look(`with “${time.textContent}” focused`);
  }
  return complaints;
}
