/** A function that takes nothing new says so at the top, with the way out. */
import type { FunctionDetail } from "@stepwell/api/dashboard";
import { CirclePause } from "lucide-react";
import { AppLink } from "../../parts/link.tsx";
import { runsHref } from "../runs-href.ts";

export function ModeNotice({ fn }: { fn: FunctionDetail }) {
  if (fn.archived)
    return (
      <Notice>
        The app does not have this function any more: nothing starts it. Its unfinished runs go on.
      </Notice>
    );
  if (fn.mode === "active") return null;
  const skipped = (
    <AppLink className="link" href={runsHref(["function", fn.slug], "status:skipped")}>
      Skipped runs
    </AppLink>
  );
  return fn.mode === "paused" ? (
    <Notice>
      Paused: new events and ticks are skipped, and runs that have begun stand still until it is resumed.{" "}
      {skipped}
    </Notice>
  ) : (
    <Notice>
      Draining: new events and ticks are skipped, runs that have begun go on to their end. {skipped}
    </Notice>
  );
}

function Notice({ children }: { children: React.ReactNode }) {
  return (
    <p className="card mb-4 flex items-start gap-2.5 px-4 py-3" role="status">
      <CirclePause aria-hidden size={16} className="mt-0.5 shrink-0 text-waiting" />
      <span className="min-w-0">{children}</span>
    </p>
  );
}
