/**
 * The rows of the run list as pages and live changes come in. Rows never move under a pointer: while the list
 * is held, new runs are kept aside and runs that left the filter stay, until `release`. Pure.
 */
import type { Answer, RunLine } from "@stepwell/api/dashboard";

export interface RunRows {
  /** Newest first. */
  rows: readonly RunLine[];
  /** New ones, to be shown by `release`; newest first. */
  aside: readonly RunLine[];
  /** Shown, and no longer found by the filter. */
  gone: ReadonlySet<string>;
  /** Their status is another one since the change before. */
  changed: ReadonlySet<string>;
  /** So many came that those between are not known: `release` begins again with what is aside. */
  broken: boolean;
  /** Where the list goes on; null: it is whole. */
  next: string | null;
  /** How far a search looked; null: as far as there are runs. */
  searchedTo: string | null;
}

type RunPage = Answer<RunLine[]>;

export const noRows: RunRows = {
  rows: [],
  aside: [],
  gone: new Set(),
  changed: new Set(),
  broken: false,
  next: null,
  searchedTo: null,
};

/** The list begins with this page. */
export function firstRows(page: RunPage): RunRows {
  return { ...noRows, rows: page.data, ...endOf(page) };
}

/** The page that follows what is shown. */
export function withOlder(state: RunRows, page: RunPage): RunRows {
  return { ...state, rows: sorted([...page.data, ...state.rows]), changed: new Set(), ...endOf(page) };
}

/**
 * A page that was read again, because something changed.
 * @param cursor by which it was read; null: the first page
 * @param held nothing may move
 */
export function refreshed(state: RunRows, page: RunPage, cursor: string | null, held: boolean): RunRows {
  if (state.rows.length === 0 && cursor === null && !held) return firstRows(page);
  const fresh = new Map(page.data.map((row) => [row.id, row]));
  const shown = new Set(state.rows.map(({ id }) => id));
  const goesOn = (page.page?.next ?? null) !== null;
  const joins = cursor !== null || !goesOn || page.data.some(({ id }) => shown.has(id));
  if (!joins) return held ? { ...state, aside: page.data, broken: true } : firstRows(page);

  const covers = coverage(page, cursor);
  const gone = new Set(state.gone);
  const changed = new Set<string>();
  const kept: RunLine[] = [];
  for (const row of state.rows) {
    const now = fresh.get(row.id);
    if (now !== undefined && now.status !== row.status) changed.add(row.id);
    if (now !== undefined) gone.delete(row.id);
    else if (covers(row)) gone.add(row.id);
    if (held || !gone.has(row.id)) kept.push(now ?? row);
  }
  const news = page.data.filter(({ id }) => !shown.has(id) && cursor === null);
  // What is aside is as of the newest page, too.
  const waiting = state.broken ? state.aside : state.aside.map((row) => fresh.get(row.id) ?? row);
  const aside = held ? sorted([...news, ...waiting]) : [];
  const rows = held ? kept : sorted([...news, ...waiting, ...kept]);
  return { ...state, rows, aside, gone: held ? gone : new Set(), changed };
}

/** Shows what was kept aside, and lets go what left the filter. */
export function release(state: RunRows, firstPage: RunPage | null): RunRows {
  if (state.broken && firstPage !== null) return firstRows(firstPage);
  const rows = sorted([...state.aside, ...state.rows.filter(({ id }) => !state.gone.has(id))]);
  return { ...state, rows, aside: [], gone: new Set(), changed: new Set(), broken: false };
}

/** Tells which rows the page would hold if they still matched: those between its ends. */
function coverage(page: RunPage, cursor: string | null): (row: RunLine) => boolean {
  const last = page.data.at(-1);
  const first = page.data[0];
  const whole = (page.page?.next ?? null) === null && page.meta.searchedTo === undefined;
  if (last === undefined) return () => whole && cursor === null;
  return (row) => {
    if (cursor !== null && first !== undefined && compare(row, first) < 0) return false;
    return whole || compare(row, last) <= 0;
  };
}

function endOf(page: RunPage): Pick<RunRows, "next" | "searchedTo"> {
  return { next: page.page?.next ?? null, searchedTo: page.meta.searchedTo ?? null };
}

/** Newest first, by id where two were queued at once; each run once, as it came first. */
function sorted(rows: readonly RunLine[]): RunLine[] {
  const known = new Map<string, RunLine>();
  for (const row of rows) if (!known.has(row.id)) known.set(row.id, row);
  return [...known.values()].sort(compare);
}

function compare(a: RunLine, b: RunLine): number {
  if (a.queuedAt !== b.queuedAt) return a.queuedAt < b.queuedAt ? 1 : -1;
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
}
