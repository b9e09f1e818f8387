import type { ReactNode } from "react";
import { When } from "@/components/when.tsx";
import type { Run } from "@/lib/inngest/runs.ts";
import { sayAgo, sayDuration } from "@/lib/instants.ts";
import { spellOut } from "../../job-view.ts";

type Props = { run: Run; trigger: string; now: Date };

/** What started it, and when. */
export function Facts({ run, trigger, now }: Props) {
  const say = (at: Date | null | undefined) =>
    at ? <When {...spellOut(at)} text={sayAgo(at, now)} /> : "not yet";
  const facts: [string, ReactNode][] = [
    ["Trigger", trigger],
    ["Queued", say(run.queuedAt)],
    ["Started", say(run.startedAt)],
    ["Ended", say(run.endedAt)],
    ["Took", run.durationMs == null ? "not over yet" : sayDuration(run.durationMs)],
    ["Id", <code key="id">{run.id}</code>],
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 sm:gap-x-6">
      {facts.map(([term, text]) => (
        <div key={term} className="contents">
          <dt className="text-slate-600 dark:text-slate-400">{term}</dt>
          <dd className="wrap-anywhere">{text}</dd>
        </div>
      ))}
    </dl>
  );
}
