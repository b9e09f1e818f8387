/** The run list: filter, live rows that never jump, and acting on many at once. */
import { parseFilter } from "@stepwell/api/dashboard";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useCan } from "../../data/session.ts";
import { useShortcuts } from "../../data/shortcuts.ts";
import { formatAbsolute, Time, useZone } from "../../data/time.tsx";
import { Button, LinkButton } from "../../parts/button.tsx";
import { LoadMore } from "../../parts/load-more.tsx";
import { Page } from "../../parts/page.tsx";
import { Failure, Skeleton } from "../../parts/states.tsx";
import { announce } from "../../parts/toasts.tsx";
import { useHeld } from "../use-held.ts";
import { usePageSearch } from "../use-page-search.ts";
import { BulkBar } from "./bulk/bulk-bar.tsx";
import { FilterBar } from "./filter/filter-bar.tsx";
import { runColumns } from "./list/columns.tsx";
import { Count } from "./list/count.tsx";
import { LiveSwitch, NewRuns } from "./list/live.tsx";
import { NoRuns } from "./list/no-runs.tsx";
import { useFailureNews } from "./list/use-failure-news.ts";
import { type RunList, useRunRows } from "./list/use-run-rows.ts";
import { WindowedList } from "./list/windowed-list.tsx";
import { parseSearch } from "./search.ts";
import "./runs.css";

export function RunsPage(): ReactNode {
  const [{ q }, change] = usePageSearch(parseSearch);
  const [live, setLive] = useState(true);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const { held: busy, props: heldProps } = useHeld();
  const held = !live || busy || selected.size > 0;
  const applied = useGood(q);
  const list = useRunRows(applied, held);
  useFailureNews(list);
  const mayAct = useCan("previewBulk");

  // Another filter finds other runs: what was chosen is not carried over.
  const chosenFor = useRef(q);
  if (chosenFor.current !== q) {
    chosenFor.current = q;
    if (selected.size > 0) setSelected(new Set());
    if (all) setAll(false);
  }
  const waiting = list.broken || list.aside.length > 0 || list.gone.size > 0;
  const { release } = list;
  const releaseNow = useRef(release);
  releaseNow.current = release;
  useEffect(() => {
    if (!held && waiting) releaseNow.current();
  }, [held, waiting]);
  useShortcuts(
    {
      L: () => {
        setLive(!live);
        announce(live ? "Held: new runs wait" : "Live: new runs come in");
      },
      f: () => document.querySelector<HTMLInputElement>("[data-search]")?.focus(),
    },
    { L: "Hold the list, or let new runs in", f: "Filter" },
  );
  const select = (ids: ReadonlySet<string>) => {
    setSelected(ids);
    setAll(false);
  };

  return (
    <Page
      title="Runs"
      actions={
        <LinkButton kind="quiet" href="/bulk">
          Bulk jobs
        </LinkButton>
      }
    >
      <FilterBar
        q={q ?? ""}
        applied={applied ?? ""}
        onApply={(next, typed) => change({ q: next === "" ? undefined : next }, { replace: typed })}
        end={
          <>
            <Count
              q={applied}
              shown={list.rows.length}
              whole={!list.stale && list.rows.length > 0 && isWhole(list)}
            />
            <LiveSwitch live={live} held={held} onChange={setLive} />
          </>
        }
      />
      {list.error !== null && list.rows.length > 0 && <OldRows list={list} />}
      <div {...heldProps} className="relative">
        <NewRuns list={list} show={held} />
        <Rows
          list={list}
          q={applied}
          selected={mayAct === true ? selected : null}
          onSelect={select}
          onFilter={(next) => change({ q: next === "" ? undefined : next })}
        />
      </div>
      {(selected.size > 0 || all) && (
        <BulkBar
          q={applied}
          ids={selected}
          all={all}
          onAll={() => setAll(true)}
          onClear={() => select(new Set())}
          more={!isWhole(list)}
        />
      )}
    </Page>
  );
}

/** The filter, or the last one without errors: a server refuses others, and a part of it would find more. */
function useGood(q: string | undefined): string | undefined {
  const good = useRef<string | undefined>(undefined);
  if (parseFilter(q ?? "").errors.length === 0) good.current = q;
  return good.current;
}

function isWhole({ next, searchedTo }: RunList): boolean {
  return next === null && searchedTo === null;
}

interface RowsProps {
  list: RunList;
  q: string | undefined;
  /** Null: runs cannot be chosen. */
  selected: ReadonlySet<string> | null;
  onSelect(ids: ReadonlySet<string>): void;
  onFilter(q: string): void;
}

function Rows({ list, q, selected, onSelect, onFilter }: RowsProps): ReactNode {
  const { rows, changed, gone } = list;
  const rowProps = useRowProps(changed, gone);
  if (rows.length === 0) {
    if (list.error !== null)
      return <Failure error={list.error} title="The runs could not be read" retry={list.retry} />;
    if (list.loading || list.stale)
      return (
        <div className="data-list">
          <Skeleton lines={10} />
        </div>
      );
    if (list.next === null) return <NoRuns q={q} onFilter={onFilter} />;
  }
  return (
    <>
      <WindowedList
        label="Runs"
        rows={rows}
        columns={runColumns}
        keyOf={({ id }) => id}
        hrefOf={({ id }) => `/runs/${id}`}
        nameOf={({ id, function: fn }) => `${fn.name} ${id}`}
        selection={selected === null ? undefined : { selected, onChange: onSelect }}
        testId="run-row"
        rowProps={rowProps}
        stale={list.stale || list.error !== null}
        className="run-list"
      />
      <More list={list} />
    </>
  );
}

function useRowProps(changed: ReadonlySet<string>, gone: ReadonlySet<string>) {
  const made = useRef<{
    changed: ReadonlySet<string>;
    gone: ReadonlySet<string>;
    props: (row: { id: string }) => Record<string, boolean | undefined>;
  }>(null);
  if (made.current === null || made.current.changed !== changed || made.current.gone !== gone)
    made.current = {
      changed,
      gone,
      props: ({ id }) => ({
        "data-flash": changed.has(id) || undefined,
        "data-gone": gone.has(id) || undefined,
      }),
    };
  return made.current.props;
}

/** The end of the list: the next page, or how far a search has looked. */
function More({ list }: { list: RunList }): ReactNode {
  const zone = useZone();
  if (list.moreError !== null)
    return (
      <Failure inline error={list.moreError} title="The next runs could not be read" retry={list.loadMore} />
    );
  if (list.searchedTo !== null && list.next !== null)
    return (
      <div
        className="flex flex-wrap items-center justify-center gap-3 p-3 text-dim"
        data-testid="searched-to"
      >
        Searched back to {formatAbsolute(list.searchedTo, zone)}
        <Button size="small" busy={list.loadingMore} onClick={list.loadMore}>
          Continue
        </Button>
      </div>
    );
  return (
    <LoadMore
      more={list.next !== null}
      loading={list.loadingMore}
      onMore={list.loadMore}
      end={list.rows.length > 50 ? "That is all" : undefined}
    />
  );
}

function OldRows({ list }: { list: RunList }): ReactNode {
  return (
    <div className="mb-3">
      <Failure inline error={list.error} title="The list is not up to date" retry={list.retry} />
      {list.asOf !== null && (
        <p className="text-xs text-dim">
          As of <Time at={list.asOf} as="absolute" />
        </p>
      )}
    </div>
  );
}
