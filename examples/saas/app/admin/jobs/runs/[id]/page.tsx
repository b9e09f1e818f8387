import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { AutoRefresh } from "@/components/auto-refresh.tsx";
import { Card, PageTitle } from "@/components/card.tsx";
import { Notice } from "@/components/notice.tsx";
import { StatusBadge } from "@/components/status.tsx";
import { runs } from "@/lib/inngest/runs.ts";
import { requireAdmin } from "@/lib/session.ts";
import { services } from "@/services/index.ts";
import { Facts } from "./facts.tsx";
import { Output } from "./output.tsx";
import { Steps } from "./steps.tsx";

export const metadata: Metadata = { title: "Run" };

/** One run: how it started, its steps, and what came out. */
export default async function RunPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await requireAdmin(`/admin/jobs/runs/${encodeURIComponent(id)}`);
  const [found, steps] = await Promise.all([runs().find(id), runs().listSteps(id)]);
  if (found.is === "absent") notFound();
  if (found.is === "unreachable") {
    return (
      <>
        <BackLink />
        <PageTitle>Run</PageTitle>
        <Notice kind="error">The job server cannot be asked: {found.reason}.</Notice>
      </>
    );
  }
  const { data: run, serverTime: now } = found;
  const hasEnded = Boolean(run.endedAt);
  return (
    <>
      {!hasEnded && <AutoRefresh everyMs={2_000} />}
      <BackLink />
      <PageTitle lead={<StatusBadge status={run.status} testId="run-status" />}>
        {run.function.name}
      </PageTitle>
      <div className="grid grid-cols-1 gap-6">
        <Card title="About this run">
          <Facts run={run} trigger={await sayTrigger()} now={now} />
        </Card>
        <Card title="Steps">
          {steps.is === "unreachable" && <p>The steps cannot be shown: {steps.reason}.</p>}
          {steps.is === "absent" && <p>The server keeps no steps of this run.</p>}
          {steps.is === "found" && <Steps spans={steps.data} />}
        </Card>
        {hasEnded && (
          <Card title={run.status === "failed" ? "Error" : "Output"}>
            <Output value={run.output} isFailure={run.status === "failed"} />
          </Card>
        )}
      </div>
    </>
  );

  async function sayTrigger(): Promise<string> {
    if (run.trigger.cronSchedule) return `the clock (${run.trigger.cronSchedule})`;
    const starter = await runs().findStarter(run);
    if (starter.is !== "found") return `the event ${run.trigger.eventName ?? "of somebody"}`;
    const user = await services().users.find(starter.data);
    return `manual by ${user?.name ?? starter.data}`;
  }
}

function BackLink() {
  return (
    <p className="mb-4">
      <Link href="/admin/jobs" prefetch={false} className="text-brand-700 underline dark:text-brand-300">
        All scheduled jobs
      </Link>
    </p>
  );
}
