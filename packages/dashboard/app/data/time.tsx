/** Time on pages: relative by default, in full on hover and focus, in the zone that the person chose. */
import { type ReactNode, useSyncExternalStore } from "react";
import { hintHandlers } from "../parts/hint.tsx";
import { useInRow } from "../parts/in-row.ts";
import { usePreferences } from "./preferences.ts";
import { onClockJump, serverNow } from "./server-clock.ts";
import { formatAbsolute, formatRelative, formatShort, relativeStepMs } from "./time-text.ts";

export {
  formatAbsolute,
  formatBytes,
  formatCount,
  formatDuration,
  formatElapsed,
  zoneName,
} from "./time-text.ts";

/** The zone that was chosen: `local`, `UTC` or an IANA name. */
export function useZone(): string {
  return usePreferences().zone;
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
const tell = () => {
  if (!document.hidden) for (const listener of listeners) listener();
};

/** One timer for all texts that tick; none while the tab is hidden. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tell, 1000);
  const offJump = onClockJump(listener);
  return () => {
    offJump();
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/** The server's time in epoch milliseconds, renewed each `everyMs` (at least a second). */
export function useNow(everyMs = 1000): number {
  const step = Math.max(1000, everyMs);
  return useSyncExternalStore(subscribe, () => Math.floor(serverNow() / step) * step);
}

/** The relative text of an instant, renewed no more often than it changes. */
function useRelative(at: number): string {
  return useSyncExternalStore(subscribe, () => {
    const now = serverNow();
    const step = relativeStepMs(at, now);
    return formatRelative(at, Math.max(Math.floor(now / step) * step, Math.min(at, now)));
  });
}

interface TimeProps {
  /** ISO text; null: `empty` is shown. */
  at: string | null | undefined;
  empty?: ReactNode;
  /** Always one way, whatever the person chose. */
  as?: "relative" | "absolute" | undefined;
  className?: string | undefined;
}

/** An instant. Outside of a row it can be focused, so that the keyboard reaches the full text. */
export function Time({ at, empty = "–", as, className }: TimeProps): ReactNode {
  if (at === null || at === undefined) return <span className="text-faint">{empty}</span>;
  return <KnownTime at={at} as={as} className={className} />;
}

function KnownTime({
  at,
  as,
  className = "",
}: {
  at: string;
  as: TimeProps["as"];
  className: TimeProps["className"];
}): ReactNode {
  const { zone, times } = usePreferences();
  const inRow = useInRow();
  const relative = useRelative(Date.parse(at));
  const full = () => {
    const shown = formatAbsolute(at, zone);
    return zone === "UTC" ? shown : `${shown}\n${formatAbsolute(at, "UTC")}`;
  };
  return (
    <time
      dateTime={at}
      tabIndex={inRow ? undefined : 0}
      className={`whitespace-nowrap tabular-nums ${className}`}
      {...hintHandlers(full)}
    >
      {(as ?? times) === "relative" ? relative : formatShort(at, zone, serverNow())}
    </time>
  );
}
