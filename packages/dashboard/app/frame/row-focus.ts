/** Moving through the rows of a list by keyboard: the focus goes from link to link. */

/** The link of the row that an element is in; null: it is in none. */
export function rowLink(element: Element | null): HTMLAnchorElement | null {
  return element?.closest("[data-row]")?.querySelector<HTMLAnchorElement>("a.data-link") ?? null;
}

/** Focuses the row after (1) or before (-1) the focused one; the first, where none is. */
export function moveRow(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("[data-row] a.data-link")];
  const current = rowLink(document.activeElement);
  const at = current === null ? -1 : links.indexOf(current);
  const next = links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
