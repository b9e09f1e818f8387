/** The page of what an audit entry was about. */

const pages: Record<string, string> = {
  run: "/runs",
  event: "/events",
  function: "/functions",
  bulk: "/bulk",
};

/** `run 01J…` as an address below the base; null: it has no page. */
export function hrefOfTarget(target: string): string | null {
  const [, kind = "", id = ""] = /^(\w+) (\S+)$/.exec(target) ?? [];
  const page = pages[kind];
  return page === undefined ? null : `${page}/${encodeURIComponent(id)}`;
}
