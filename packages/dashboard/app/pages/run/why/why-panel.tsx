/** Why the run is not going on: one row for each thing that it waits for, as the scheduler sees it now. */
import type { RunView } from "@stepwell/api/dashboard";
import { Hourglass } from "lucide-react";
import type { ReactNode } from "react";
import { useCall } from "../../../data/api.ts";
import { Time } from "../../../data/time.tsx";
import { Failure } from "../../../parts/states.tsx";
import { Reasons } from "./reason-row.tsx";

export function WhyPanel({ run, onStep }: { run: RunView; onStep(name: string): void }): ReactNode {
  const why = useCall("getRunWhy", { params: { id: run.id } });
  const reasons = why.data?.data ?? [];
  if (why.data === undefined)
    return why.error === null ? null : (
      <Failure
        inline
        error={why.error}
        title="Why it waits could not be read"
        retry={() => void why.refetch()}
      />
    );
  if (reasons.length === 0) return null;
  return (
    <section className="why" data-testid="why-panel" aria-labelledby="why-title">
      <header className="why-head flex flex-wrap items-center gap-x-3 px-4 py-2">
        <h2 id="why-title" className="flex items-center gap-2 font-semibold">
          <Hourglass aria-hidden size={15} className="text-waiting" />
          {titleOf(run, reasons.length)}
        </h2>
        {why.error !== null && (
          <span className="text-xs text-dim">
            as of <Time at={why.data.meta.asOf} as="absolute" />
          </span>
        )}
      </header>
      <Reasons reasons={reasons} runId={run.id} functionId={run.function.id} onStep={onStep} />
    </section>
  );
}

function titleOf({ status }: RunView, count: number): string {
  if (status === "queued") return "Why has it not started?";
  return count === 1 ? "What is it waiting for?" : `What is it waiting for? ${count} things`;
}
