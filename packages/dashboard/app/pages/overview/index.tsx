/** The first page: is it healthy, what broke, what waits, what comes next. */
import type { AppLine, Overview, Range } from "@stepwell/api/dashboard";
import { Latency } from "../../charts/latency.tsx";
import { RangeSwitch } from "../../charts/range-switch.tsx";
import { type Span, spanFilter } from "../../charts/span.ts";
import { Throughput } from "../../charts/throughput.tsx";
import { useCall } from "../../data/api.ts";
import { Time } from "../../data/time.tsx";
import { Card } from "../../parts/card.tsx";
import { SelectField } from "../../parts/fields.tsx";
import { useGo } from "../../parts/link.tsx";
import { Page } from "../../parts/page.tsx";
import { SendEventButton, SendEventHost } from "../events/send-event.tsx";
import { Loaded } from "../loaded.tsx";
import { type HrefTerm, runsHref } from "../runs-href.ts";
import { usePageSearch } from "../use-page-search.ts";
import { NeedsAttention } from "./attention.tsx";
import { Backlog } from "./backlog.tsx";
import { ConnectFirst, SendFirst } from "./getting-started.tsx";
import { NextTicks } from "./next-ticks.tsx";
import { parseSearch } from "./search.ts";
import { OverviewSkeleton } from "./skeleton.tsx";
import { Tiles } from "./tiles.tsx";

export function OverviewPage() {
  const [search, change] = usePageSearch(parseSearch);
  const range = search.range ?? "24h";
  const overview = useCall("getOverview", { query: { range, app: search.app } });
  const apps = useCall("listApps", {}).data?.data ?? [];
  return (
    <Page
      title="Overview"
      actions={
        <>
          <AppChoice apps={apps} value={search.app} onChange={(app) => change({ app })} />
          <RangeSwitch
            value={range}
            onChange={(next) => change({ range: next === "24h" ? undefined : next }, { replace: true })}
          />
          <SendEventButton />
        </>
      }
    >
      <Loaded result={overview} skeleton={<OverviewSkeleton />}>
        {(data) => <Content overview={data} range={range} app={apps.find(({ id }) => id === search.app)} />}
      </Loaded>
      <SendEventHost />
    </Page>
  );
}

interface AppChoiceProps {
  apps: readonly AppLine[];
  value: string | undefined;
  onChange: (app: string | undefined) => void;
}

/** One app needs no choice. */
function AppChoice({ apps, value, onChange }: AppChoiceProps) {
  if (apps.length < 2 && value === undefined) return null;
  return (
    <SelectField
      label="App"
      labelHidden
      value={value ?? ""}
      options={[
        { value: "", label: "All apps" },
        ...apps.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(id) => onChange(id === "" ? undefined : id)}
    />
  );
}

interface ContentProps {
  overview: Overview;
  range: Range;
  app: AppLine | undefined;
}

function Content({ overview, range, app }: ContentProps) {
  const go = useGo();
  const within: HrefTerm[] = app ? [["app", app.name]] : [];
  const onSpan = (terms: string[]) => (span: Span) => go(runsHref(...within, spanFilter(span, terms)));
  const { empty, series } = overview;
  return (
    <div className="flex flex-col gap-4">
      {empty.apps && <ConnectFirst />}
      {empty.events && !empty.apps && <SendFirst />}
      {!(empty.apps && empty.runs) && (
        <>
          <Tiles overview={overview} range={range} runsHref={(...terms) => runsHref(...terms, ...within)} />
          <Partial completeFrom={series.completeFrom} />
          <div className="grid gap-4 xl:grid-cols-2">
            <Card>
              <Throughput series={series} onSpan={onSpan([])} />
            </Card>
            <Card>
              <Latency series={series} onSpan={onSpan(["status:completed,failed"])} />
            </Card>
          </div>
          <div className="grid items-start gap-4 lg:grid-cols-2 xl:grid-cols-3">
            <NeedsAttention attention={overview.attention} />
            <Backlog backlog={overview.backlog} />
            <NextTicks ticks={overview.nextTicks} />
          </div>
        </>
      )}
    </div>
  );
}

/** Numbers of a time before the server kept statistics would be too low: that is said, not hidden. */
function Partial({ completeFrom }: { completeFrom: string | null }) {
  if (completeFrom === null) return null;
  return (
    <p className="text-xs text-dim">
      Statistics are complete from <Time at={completeFrom} as="absolute" /> on; before that, charts and counts
      are too low.
    </p>
  );
}
