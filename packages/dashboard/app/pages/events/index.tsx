/** The events that came in, newest first, as they come. */
import type { EventLine } from "@stepwell/api/dashboard";
import { ArrowUp, Inbox } from "lucide-react";
import { useEffect } from "react";
import { useCall, usePages } from "../../data/api.ts";
import { formatCount, Time } from "../../data/time.tsx";
import { Button } from "../../parts/button.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { LoadMore } from "../../parts/load-more.tsx";
import { Page } from "../../parts/page.tsx";
import { Pill } from "../../parts/pill.tsx";
import { Empty, Failure, Skeleton } from "../../parts/states.tsx";
import { SendFirst } from "../overview/getting-started.tsx";
import { useHeld } from "../use-held.ts";
import { usePageSearch } from "../use-page-search.ts";
import { eventColumns } from "./columns.tsx";
import { EventFilter } from "./event-filter.tsx";
import { countNew, withFresh } from "./new-rows.ts";
import { type EventsSearch, parseSearch } from "./search.ts";
import { SendEventButton, SendEventHost } from "./send-event.tsx";

export function EventsPage() {
  const [search, change] = usePageSearch(parseSearch);
  return (
    <Page title="Events" actions={<SendEventButton kind="primary" />}>
      <EventFilter value={search.q ?? ""} onChange={(q) => change({ q: q || undefined })}>
        <Pill
          pressed={search.internal === true}
          onPress={() => change({ internal: search.internal ? undefined : true })}
        >
          Internal events
        </Pill>
      </EventFilter>
      <List search={search} onClear={() => change({ q: undefined })} />
      <SendEventHost />
    </Page>
  );
}

function useEvents(search: EventsSearch) {
  const query = { q: search.q, internal: search.internal };
  const pages = usePages("listEvents", { query }, { live: false });
  // A second look at the newest page: the first stays as it is until it may move.
  const newest = useCall(
    "listEvents",
    { query },
    { enabled: !pages.loading && !pages.stale && !pages.error },
  );
  const fresh = newest.isPlaceholderData ? [] : (newest.data?.data ?? []);
  return { pages, rows: withFresh(pages.rows, fresh), came: countNew(pages.rows, fresh) };
}

function List({ search, onClear }: { search: EventsSearch; onClear: () => void }) {
  const { pages, rows, came } = useEvents(search);
  const { held, props } = useHeld();
  useEffect(() => {
    if (came.count > 0 && !held && !pages.stale) pages.refetch();
  }, [came.count, held]);
  const filtered = search.q !== undefined;
  if (pages.error && rows.length === 0) return <Failure error={pages.error} retry={pages.refetch} />;
  if (pages.loading) return <Skeleton lines={8} className="card p-4" />;
  if (rows.length === 0 && came.count === 0) return filtered ? <NoMatch onClear={onClear} /> : <SendFirst />;
  return (
    <div {...props}>
      {pages.error && (
        <Failure inline error={pages.error} retry={pages.refetch} title="This is not up to date any more" />
      )}
      {held && came.count > 0 && <NewRows {...came} onShow={pages.refetch} />}
      <DataList
        label="Events"
        rows={rows}
        columns={eventColumns}
        keyOf={keyOf}
        hrefOf={hrefOf}
        testId="event-row"
        stale={pages.stale}
      />
      {pages.more && pages.searchedTo !== null && (
        <p className="p-3 pb-0 text-center text-dim">
          <SearchedTo at={pages.searchedTo} />
        </p>
      )}
      <LoadMore
        more={pages.more}
        loading={pages.loadingMore}
        onMore={pages.loadMore}
        // A search that found little so far goes on only when it is asked to.
        automatic={pages.error === null && pages.searchedTo === null}
        label={pages.searchedTo === null ? undefined : "Continue"}
        end={pages.searchedTo ? <SearchedTo at={pages.searchedTo} /> : "These are all."}
      />
    </div>
  );
}

const keyOf = ({ id }: EventLine) => id;
const hrefOf = ({ id }: EventLine) => `/events/${encodeURIComponent(id)}`;

function NewRows({ count, more, onShow }: { count: number; more: boolean; onShow: () => void }) {
  const show = () => {
    onShow();
    scrollTo({ top: 0 });
  };
  return (
    // It floats above the head of the list: room of its own would move the rows.
    <div className="sticky top-16 z-10 flex h-0 justify-center">
      <Button
        size="small"
        kind="primary"
        className="mt-1 h-[26px]"
        icon={<ArrowUp aria-hidden size={13} />}
        onClick={show}
        data-testid="new-rows"
      >
        {formatCount({ count, capped: more })} new
      </Button>
    </div>
  );
}

function SearchedTo({ at }: { at: string }) {
  return (
    <>
      Searched back to <Time at={at} as="absolute" />
    </>
  );
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <div className="card">
      <Empty title="No event matches" icon={<Inbox aria-hidden size={22} />}>
        <p>Widen the time or take a term out of the filter.</p>
        <Button onClick={onClear}>Clear the filter</Button>
      </Empty>
    </div>
  );
}
