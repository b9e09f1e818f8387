/** One function: how it does, how full its limits are, what it is told to do, and what it fails with. */
import type { FunctionDetail, Range } from "@stepwell/api/dashboard";
import { CalendarClock, Zap } from "lucide-react";
import { Latency } from "../../charts/latency.tsx";
import { percentOf } from "../../charts/numbers.ts";
import { RangeSwitch } from "../../charts/range-switch.tsx";
import { type Span, spanFilter } from "../../charts/span.ts";
import { Throughput } from "../../charts/throughput.tsx";
import { useCall } from "../../data/api.ts";
import { formatCount, formatDuration, Time } from "../../data/time.tsx";
import { Card } from "../../parts/card.tsx";
import { Copy } from "../../parts/copy.tsx";
import { AppLink, useGo } from "../../parts/link.tsx";
import { Page } from "../../parts/page.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { SendEventHost } from "../events/send-event.tsx";
import { triggerText } from "../functions/trigger-text.ts";
import { Loaded } from "../loaded.tsx";
import { runsHref } from "../runs-href.ts";
import { usePageSearch } from "../use-page-search.ts";
import { FunctionActions } from "./actions.tsx";
import { ConfigTab } from "./config-tab.tsx";
import { ErrorsTab } from "./errors-tab.tsx";
import { fullnessOf } from "./limits.ts";
import { LimitsTab } from "./limits-tab.tsx";
import { ModeNotice } from "./mode-notice.tsx";
import { RunsTab } from "./runs-tab.tsx";
import { type FunctionTab, parseSearch } from "./search.ts";
import { useFunctionId } from "./use-function-id.ts";

/** Another function is another page: nothing of the one before is shown, or acted on, meanwhile. */
export function FunctionPage() {
  const id = useFunctionId();
  return <OneFunction key={id} id={id} />;
}

function OneFunction({ id }: { id: string }) {
  const [search, change] = usePageSearch(parseSearch);
  const range = search.range ?? "24h";
  const result = useCall("getFunction", { params: { id }, query: { range } });
  const fn = result.data?.data;
  return (
    <Page
      title={fn?.name ?? "Function"}
      heading={fn ? <Heading fn={fn} /> : "Function"}
      above={<AppLink href="/functions">Functions</AppLink>}
      below={fn && <About fn={fn} />}
      actions={fn && <FunctionActions fn={fn} />}
    >
      <Loaded result={result}>
        {(detail) => (
          <>
            <ModeNotice fn={detail} />
            <Numbers fn={detail} />
            <Charts
              fn={detail}
              range={range}
              onRange={(next) => change({ range: next === "24h" ? undefined : next }, { replace: true })}
            />
            <Details
              fn={detail}
              tab={search.tab ?? "runs"}
              onTab={(tab) => change({ tab: tab === "runs" ? undefined : tab }, { replace: true })}
            />
          </>
        )}
      </Loaded>
      <SendEventHost />
    </Page>
  );
}

function Heading({ fn }: { fn: FunctionDetail }) {
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span className="min-w-0 [overflow-wrap:anywhere]">{fn.name}</span>
      <StatusBadge status={fn.archived ? "archived" : fn.mode} testId="function-mode" />
    </span>
  );
}

/** Where it lives and what starts it, in a line. */
function About({ fn }: { fn: FunctionDetail }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <span className="inline-flex items-center gap-1">
        <code>{fn.slug}</code>
        <Copy text={fn.slug} label="Copy the function's slug" />
      </span>
      {fn.triggers.map(({ kind, text, words }) => (
        <span key={text} className="inline-flex items-center gap-1.5" title={words ?? text}>
          {kind === "cron" ? (
            <CalendarClock aria-label="Schedule" size={14} />
          ) : (
            <Zap aria-label="Event" size={14} />
          )}
          {triggerText({ kind, text, words })}
        </span>
      ))}
    </div>
  );
}

function Numbers({ fn }: { fn: FunctionDetail }) {
  const items = [
    {
      term: "Failed in 24 hours",
      value: fn.ended === 0 ? "–" : `${percentOf(fn.failed, fn.ended)} of ${formatCount(fn.ended)}`,
      href: runsHref(["function", fn.slug], "status:failed", "since:24h"),
    },
    {
      term: "Run time p50 / p95",
      value: `${formatDuration(fn.p50Ms)} / ${formatDuration(fn.p95Ms)}`,
      href: null,
    },
    { term: "Queued", value: formatCount(fn.queued), href: runsHref(["function", fn.slug], "status:queued") },
    {
      term: "Running",
      value: formatCount(fn.running),
      href: runsHref(["function", fn.slug], "status:running"),
    },
  ];
  return (
    <dl className="mb-4 grid grid-cols-2 gap-3 lg:grid-cols-4">
      {items.map(({ term, value, href }) => (
        <div key={term} className="card relative px-4 py-3">
          <dt className="text-xs text-dim">{term}</dt>
          <dd className="mt-0.5 text-lg font-semibold tabular-nums">
            {href ? (
              <AppLink href={href} className="after:absolute after:inset-0 after:rounded-lg hover:underline">
                {value}
              </AppLink>
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface ChartsProps {
  fn: FunctionDetail;
  range: Range;
  onRange: (range: Range) => void;
}

function Charts({ fn, range, onRange }: ChartsProps) {
  const go = useGo();
  const onSpan = (terms: string[]) => (span: Span) =>
    go(runsHref(["function", fn.slug], spanFilter(span, terms)));
  return (
    <section aria-label="Charts" className="mb-6">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <p className="text-xs text-dim">
          {fn.series.completeFrom && (
            <>
              Statistics are complete from <Time at={fn.series.completeFrom} as="absolute" /> on.
            </>
          )}
        </p>
        <RangeSwitch value={range} onChange={onRange} />
      </div>
      <div className="grid gap-4 xl:grid-cols-2">
        <Card>
          <Throughput series={fn.series} onSpan={onSpan([])} />
        </Card>
        <Card>
          <Latency series={fn.series} onSpan={onSpan(["status:completed,failed"])} />
        </Card>
      </div>
    </section>
  );
}

interface DetailsProps {
  fn: FunctionDetail;
  tab: FunctionTab;
  onTab: (tab: FunctionTab) => void;
}

function Details({ fn, tab, onTab }: DetailsProps) {
  const full = fn.limits.some(({ keys }) => keys.some((key) => fullnessOf(key) === "full"));
  const tabs = [
    { id: "runs", title: "Runs" },
    { id: "limits", title: full ? "Limits: full" : "Limits", count: fn.limits.length || undefined },
    { id: "config", title: "Config" },
    { id: "errors", title: "Errors", count: fn.errors.length || undefined },
  ] as const;
  return (
    <Tabs label={`Details of ${fn.name}`} tabs={tabs} value={tab} onChange={onTab}>
      {tab === "runs" && <RunsTab fn={fn} />}
      {tab === "limits" && <LimitsTab limits={fn.limits} />}
      {tab === "config" && <ConfigTab fn={fn} />}
      {tab === "errors" && <ErrorsTab fn={fn} />}
    </Tabs>
  );
}
