/** The search of the page that is shown, and how to change it: the URL is where the state of a page lives. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { RawSearch } from "./search-params.ts";

/** `undefined` takes a value out. `replace`: Back leaves the page instead of undoing the change. */
export type ChangeSearch<Search> = (
  part: { [Key in keyof Search]?: Search[Key] | undefined },
  options?: { replace?: boolean },
) => void;

/** @param parse of the page's `search.ts`. */
export function usePageSearch<Search extends object>(
  parse: (raw: RawSearch) => Search,
): [Search, ChangeSearch<Search>] {
  const search = parse(useSearch({ strict: false }) as RawSearch);
  const navigate = useNavigate();
  const change: ChangeSearch<Search> = (part, { replace = false } = {}) => {
    const next = Object.entries({ ...search, ...part }).filter(([, value]) => value !== undefined);
    void navigate({ to: ".", search: Object.fromEntries(next), replace, resetScroll: false } as never);
  };
  return [search, change];
}
