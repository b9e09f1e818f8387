/** Whether new runs come in by themselves, and those that wait while the list is held. */
import { ArrowUp, Pause, Radio } from "lucide-react";
import type { ReactNode } from "react";
import { formatCount } from "../../../data/time.tsx";
import { Button } from "../../../parts/button.tsx";
import type { RunList } from "./use-run-rows.ts";

/** @param held new runs wait now, by choice or because the list is used */
export function LiveSwitch({
  live,
  held,
  onChange,
}: {
  live: boolean;
  held: boolean;
  onChange(live: boolean): void;
}): ReactNode {
  return (
    <Button
      size="small"
      kind="quiet"
      aria-pressed={live}
      className={live ? "text-completed" : "text-waiting"}
      icon={live ? <Radio aria-hidden size={14} /> : <Pause aria-hidden size={14} />}
      title={
        live
          ? held
            ? "New runs wait while the list is used (L holds it)"
            : "New runs come in (L holds the list)"
          : "New runs wait (L lets them in)"
      }
      onClick={() => onChange(!live)}
    >
      {live ? "Live" : "Held"}
    </Button>
  );
}

/** How many runs came in while the list was held. */
export function NewRuns({ list, show }: { list: RunList; show: boolean }): ReactNode {
  const count = list.aside.length;
  if (!show || (count === 0 && !list.broken)) return null;
  return (
    <div className="run-news">
      <Button
        kind="primary"
        size="small"
        icon={<ArrowUp aria-hidden size={14} />}
        onClick={() => {
          list.release();
          scrollTo({ top: 0 });
        }}
      >
        {formatCount({ count, capped: list.broken })} new
      </Button>
    </div>
  );
}
