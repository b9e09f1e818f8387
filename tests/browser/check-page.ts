/** What every page must keep: no finding of axe, and nothing to scroll sideways for, not even on a phone. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/**
 * Findings of axe on the page as it is, of any weight.
 * @param rules only these; absent: all
 */
export async function findByAxe(page: Page, rules?: string[]): Promise<string[]> {
  // All in the page itself ("legacy"), which is twice as fast as with a second page for the results.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  // Target sizes are asked for by WCAG 2.2, and off by default.
  if (rules === undefined) axe.options({ rules: { "target-size": { enabled: true } } });
  else axe.withRules(rules);
  const { violations, passes } = await axe.analyze();
  if (passes.length === 0) return ["axe has looked at nothing"];
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${impact}) at ${target.join(" ")}: ${failureSummary}`),
  );
}

/** What sticks out to the right of the document. */
export function findOverflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { documentElement: root } = document;
    if (root.scrollWidth <= root.clientWidth) return [];
    const out = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 0.5,
    );
    const names = out.slice(-3).map((element) => element.outerHTML.slice(0, 200));
    return [`scrolls sideways at ${root.clientWidth} px (${root.scrollWidth}): ${names.join(" ")}`];
  });
}
