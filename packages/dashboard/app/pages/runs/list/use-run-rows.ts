/** The run list as it is read: the first page by the cache (so that live changes and polling refresh it), older ones as asked for. */
import type { StreamChange } from "@stepwell/api/dashboard";
import { useCallback, useEffect, useRef, useState } from "react";
import { type ApiFailure, call, useCall } from "../../../data/api.ts";
import { useLiveChanges } from "../../../data/live.ts";
import { useSession } from "../../../data/session.ts";
import { firstRows, noRows, type RunRows, refreshed, release, withOlder } from "./run-rows.ts";

export interface RunList extends RunRows {
  /** Nothing to show yet. */
  loading: boolean;
  /** What is shown belongs to the filter before. */
  stale: boolean;
  error: ApiFailure | null;
  retry(): void;
  asOf: string | null;
  loadingMore: boolean;
  moreError: ApiFailure | null;
  loadMore(): void;
  release(): void;
}

interface OlderPage {
  cursor: string;
  ids: readonly string[];
}

/** Rows, and the filter that they belong to. */
interface Shown {
  q: string | undefined;
  rows: RunRows;
}

/** Lists as they were left, so that Back finds the same rows at the same place. */
const keptLists = new Map<string, KeptList>();
const MOST_KEPT = 3;
interface KeptList {
  rows: RunRows;
  older: readonly OlderPage[];
}

function keepList(key: string, list: KeptList): void {
  keptLists.delete(key);
  keptLists.set(key, list);
  const [oldest] = keptLists.keys();
  if (keptLists.size > MOST_KEPT && oldest !== undefined) keptLists.delete(oldest);
}

const LIMIT = 50;
/** Older pages that are read again for one change, at most. */
const PAGES_AGAIN = 4;

/** @param q a filter without errors. @param held rows are not to move. */
export function useRunRows(q: string | undefined, held: boolean): RunList {
  const first = useCall("listRuns", { query: { q, limit: LIMIT } });
  const { user } = useSession();
  const key = `${user?.id} ${q ?? ""}`;
  const kept = useRef(keptLists.get(key)).current;
  const [list, setList] = useState<Shown | null>(kept === undefined ? null : { q, rows: kept.rows });
  const [more, setMore] = useState<{ loading: boolean; error: ApiFailure | null }>({
    loading: false,
    error: null,
  });
  const older = useRef<readonly OlderPage[]>(kept?.older ?? []);
  const isHeld = useRef(held);
  isHeld.current = held;
  const state = list?.rows ?? noRows;
  const isOwn = list !== null && list.q === q;
  /** An answer for another filter is not for this list. */
  const change = useCallback(
    (next: (rows: RunRows) => RunRows) =>
      setList((before) => (before !== null && before.q === q ? { q, rows: next(before.rows) } : before)),
    [q],
  );

  const page = first.isPlaceholderData ? undefined : first.data;
  const own = useRef(isOwn);
  own.current = isOwn;
  useEffect(() => {
    if (page === undefined) return;
    if (own.current) return change((rows) => refreshed(rows, page, null, isHeld.current));
    older.current = [];
    setMore({ loading: false, error: null });
    setList({ q, rows: firstRows(page) });
  }, [page, q, change]);

  useEffect(() => {
    if (isOwn) keepList(key, { rows: state, older: older.current });
  }, [isOwn, state, key]);

  const loadMore = useCallback(() => {
    const cursor = state.next;
    if (cursor === null || more.loading || !isOwn) return;
    setMore({ loading: true, error: null });
    call("listRuns", { query: { q, limit: LIMIT, cursor } }).then(
      (next) => {
        change((rows) => {
          if (rows.next !== cursor) return rows;
          return withOlder(rows, next);
        });
        older.current = [...older.current, { cursor, ids: next.data.map(({ id }) => id) }];
        setMore({ loading: false, error: null });
      },
      (error: ApiFailure) => setMore({ loading: false, error }),
    );
  }, [q, state.next, more.loading, isOwn, change]);

  const readAgain = async (pages: readonly OlderPage[]) => {
    for (const { cursor } of pages) {
      const again = await call("listRuns", { query: { q, limit: LIMIT, cursor } }).catch(() => null);
      if (again === null) return;
      change((rows) => refreshed(rows, again, cursor, isHeld.current));
    }
  };
  useThrottledChanges((happened) => void readAgain(touched(older.current, happened)));

  return {
    ...state,
    loading: list === null && first.error === null,
    stale: list !== null && !isOwn,
    error: first.error,
    retry: () => void first.refetch(),
    asOf: first.data?.meta.asOf ?? null,
    loadingMore: more.loading,
    moreError: more.error,
    loadMore,
    release: () => {
      if (state.broken) older.current = [];
      change((rows) => release(rows, page ?? null));
    },
  };
}

function touched(pages: readonly OlderPage[], change: StreamChange): OlderPage[] {
  const runs = new Set(change.runs);
  return pages.filter(({ ids }) => change.manyRuns || ids.some((id) => runs.has(id))).slice(0, PAGES_AGAIN);
}

/** At most once in two seconds: older rows change seldom. */
const EVERY_MS = 2000;

function useThrottledChanges(tell: (change: StreamChange) => void): void {
  const pending = useRef<{
    runs: Set<string>;
    many: boolean;
    timer: ReturnType<typeof setTimeout> | undefined;
  }>({
    runs: new Set(),
    many: false,
    timer: undefined,
  });
  const newest = useRef(tell);
  newest.current = tell;
  useLiveChanges((change) => {
    const waiting = pending.current;
    for (const id of change.runs) waiting.runs.add(id);
    waiting.many ||= change.manyRuns;
    waiting.timer ??= setTimeout(() => {
      const runs = [...waiting.runs];
      newest.current({ runs, manyRuns: waiting.many, events: 0, functions: false, bulk: [] });
      pending.current = { runs: new Set(), many: false, timer: undefined };
    }, EVERY_MS);
  });
  useEffect(() => () => clearTimeout(pending.current.timer), []);
}
