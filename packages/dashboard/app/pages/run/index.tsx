/** One run: what it is, how it stands, why it waits, and its timeline with all that went in and came out. */
import type { RunView } from "@stepwell/api/dashboard";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useCall } from "../../data/api.ts";
import { shortId } from "../../data/short-id.ts";
import { Time, useNow } from "../../data/time.tsx";
import { Copy } from "../../parts/copy.tsx";
import { AppLink } from "../../parts/link.tsx";
import { Page } from "../../parts/page.tsx";
import { Empty, Failure, Skeleton } from "../../parts/states.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { usePageSearch } from "../use-page-search.ts";
import { Actions } from "./actions.tsx";
import { Facts, FirstError } from "./header.tsx";
import { Lineage } from "./lineage.tsx";
import { RerunDrawer } from "./rerun/rerun-drawer.tsx";
import { rerunnableSteps } from "./rerun/rerun-plan.ts";
import { parseSearch, type RunTab, spanIdOf, stepParam } from "./search.ts";
import { ConfigTab, EventsTab, OutputTab, RawTab } from "./tabs/tabs.tsx";
import { Timeline } from "./timeline.tsx";
import { useRunKeys } from "./use-run-keys.ts";
import type { Span } from "./waterfall/spans.ts";
import { WhyPanel } from "./why/why-panel.tsx";
import "./run.css";

export function RunPage(): ReactNode {
  const { id } = useParams({ from: "/runs/$id" });
  // Another run is another page: nothing of the one before stays.
  return <LoadedRun key={id} id={id} />;
}

function LoadedRun({ id }: { id: string }): ReactNode {
  const result = useCall("getRun", { params: { id } });
  const { data: answer, error } = result;
  if (answer === undefined || answer.data.id !== id)
    return (
      <Page title={`Run ${shortId(id)}`}>
        {error === null ? (
          <Skeleton lines={8} />
        ) : error.status === 404 ? (
          <Empty title="There is no such run">
            Its id may be mistyped, or retention has removed it.
            <AppLink className="link" href="/runs">
              See all runs
            </AppLink>
          </Empty>
        ) : (
          <Failure error={error} retry={() => void result.refetch()} />
        )}
      </Page>
    );
  return (
    <OneRun
      run={answer.data}
      trouble={
        error !== null && (
          <div className="mb-3">
            <Failure
              inline
              error={error}
              title="This is not up to date any more"
              retry={() => void result.refetch()}
            />
            <p className="text-xs text-dim">
              As of <Time at={answer.meta.asOf} as="absolute" />
            </p>
          </div>
        )
      }
    />
  );
}

const tabs: readonly { id: RunTab; title: string }[] = [
  { id: "timeline", title: "Timeline" },
  { id: "events", title: "Events" },
  { id: "output", title: "Output" },
  { id: "config", title: "Config" },
  { id: "raw", title: "Raw JSON" },
];

function OneRun({ run, trouble }: { run: RunView; trouble: ReactNode }): ReactNode {
  const over = run.endedAt !== null;
  const ticking = useNow(over ? 3_600_000 : 1000);
  const now = over ? Date.parse(run.endedAt ?? "") : ticking;
  const [search, change] = usePageSearch(parseSearch);
  const trace = useCall("getRunTrace", { params: { id: run.id }, query: {} });
  const found = trace.data?.data.runId === run.id ? trace.data.data : null;
  const root = found?.rootSpan ?? null;
  const [rerunFrom, setRerunFrom] = useState<string | null | undefined>(undefined);

  const tab = search.tab ?? "timeline";
  const selected = search.step === undefined ? null : spanIdOf(run.id, search.step);
  const select = (spanId: string | null) =>
    change(
      { tab: undefined, step: spanId === null ? undefined : stepParam(run.id, spanId) },
      { replace: search.tab === undefined },
    );
  const openRerun = (from: "start" | "step") =>
    setRerunFrom(from === "start" ? null : likelyStep(root, selected, run));
  useRunKeys({ run, onRerun: () => openRerun("start") });

  return (
    <Page
      title={`${run.function.name} ${shortId(run.id)}`}
      heading={<Heading run={run} />}
      below={<Facts run={run} root={root} now={now} />}
      actions={<Actions run={run} onRerun={openRerun} />}
    >
      {trouble}
      <FirstError run={run} onStep={select} />
      <Lineage run={run} />
      {!over && <WhyPanel run={run} onStep={(name) => select(stepNamed(root, name) ?? run.id)} />}
      <Tabs
        label="Run"
        tabs={tabs.map((one) => (one.id === "events" ? { ...one, count: run.events } : one))}
        value={tab}
        onChange={(next) => change({ tab: next === "timeline" ? undefined : next }, { replace: true })}
      >
        {tab === "timeline" &&
          (found === null ? (
            trace.error === null ? (
              <Skeleton lines={6} />
            ) : (
              <Failure
                error={trace.error}
                title="The timeline could not be read"
                retry={() => void trace.refetch()}
              />
            )
          ) : (
            <Timeline
              run={run}
              trace={found}
              now={now}
              selected={selected}
              onSelect={select}
              onRerun={(spanId) => setRerunFrom(spanId)}
            />
          ))}
        {tab === "events" && <EventsTab run={run} />}
        {tab === "output" && <OutputTab run={run} />}
        {tab === "config" && <ConfigTab run={run} />}
        {tab === "raw" && <RawTab run={run} root={root} />}
      </Tabs>
      {rerunFrom !== undefined && found !== null && (
        <RerunDrawer
          run={run}
          root={found.rootSpan}
          cut={found.cut}
          from={rerunFrom}
          onClose={() => setRerunFrom(undefined)}
        />
      )}
    </Page>
  );
}

function Heading({ run }: { run: RunView }): ReactNode {
  return (
    <>
      <StatusBadge status={run.status} testId="run-status" />
      <AppLink
        href={`/functions/${run.function.id}`}
        className="min-w-0 break-words hover:underline"
        title={run.function.slug}
      >
        <bdi>{run.function.name}</bdi>
      </AppLink>
      <span aria-hidden className="text-faint max-md:hidden">
        ›
      </span>
      <span className="inline-flex items-center gap-1">
        <code className="text-base font-normal text-dim" title={run.id}>
          {run.id}
        </code>
        <Copy text={run.id} label="Copy the run's id" />
      </span>
    </>
  );
}

/** What one most likely wants to begin with: the step that is looked at, else the one that failed. */
function likelyStep(root: Span | null, selected: string | null, run: RunView): string | null {
  if (root === null) return null;
  const steps = rerunnableSteps(root);
  const wanted = [selected, run.failure?.spanId, steps.findLast(({ status }) => status === "FAILED")?.id];
  const known = wanted.find((id) => steps.some((step) => step.id === id));
  return known ?? steps.at(-1)?.id ?? null;
}

/** The step that is meant by a reason: of several, the one that waits. */
function stepNamed(root: Span | null, name: string): string | null {
  const named = (root?.children ?? []).filter((span) => span.stepId === name || span.name === name);
  return (
    (named.find(({ status }) => status === "WAITING" || status === "QUEUED") ?? named.at(-1))?.id ?? null
  );
}
