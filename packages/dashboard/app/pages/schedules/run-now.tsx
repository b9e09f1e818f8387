/** Run now: idle, Starting…, then the run with its status. What happens is announced, and the focus stays. */
import type { ScheduleLine } from "@stepwell/api/dashboard";
import { Play } from "lucide-react";
import { useRef } from "react";
import { useAct } from "../../data/api.ts";
import { useCan } from "../../data/session.ts";
import { Button } from "../../parts/button.tsx";
import { announce } from "../../parts/toasts.tsx";
import { StartedRun } from "../function/started-run.tsx";

export function useRunNow(line: ScheduleLine) {
  // Kept until it succeeded: pressed again after an answer that was lost, it still starts one run.
  const key = useRef<string | null>(null);
  const act = useAct("runSchedule", {
    invalidates: ["listSchedules", "listTicks", "listRuns", "getOverview"],
    quiet: true,
    onDone: () => {
      key.current = null;
      announce(`A run of ${line.function.name} was started`);
    },
  });
  const start = () => {
    announce(`Starting ${line.function.name}`);
    key.current ??= newKey();
    act.mutate({ params: { id: line.id }, key: key.current });
  };
  return { ...act, start };
}

/** `crypto.randomUUID` is only there over HTTPS and on this machine. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");
}
type RunNow = ReturnType<typeof useRunNow>;

export function RunNowButton({ line, act }: { line: ScheduleLine; act: RunNow }) {
  const can = useCan("runSchedule");
  return (
    <Button
      size="small"
      icon={<Play aria-hidden size={13} />}
      disabledWhy={can}
      busy={act.isPending}
      onClick={act.start}
      data-testid="run-now"
    >
      {act.isPending ? "Starting…" : "Run now"}
      <span className="sr-only">: {line.function.name}</span>
    </Button>
  );
}

/** Below the row, once it was pressed. */
export function RunNowResult({ line, act }: { line: ScheduleLine; act: RunNow }) {
  if (act.error)
    return (
      <p role="alert" className="text-failed">
        It was not started: {act.error.message}
      </p>
    );
  if (!act.data) return null;
  const held = line.function.mode !== "active";
  return (
    <div className="flex flex-wrap items-center gap-2" data-testid="run-now-result">
      <span className="text-dim">Started by hand:</span>
      <StartedRun started={act.data.data} />
      {held && <span className="text-dim">The function takes nothing new now, so it is skipped.</span>}
    </div>
  );
}
