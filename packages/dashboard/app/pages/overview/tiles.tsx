/** Four numbers that answer "is it healthy?", each a link to what it counts. */
import type { Overview, Range } from "@stepwell/api/dashboard";
import { CircleDashed, CirclePlay, Hourglass, type LucideIcon, OctagonX } from "lucide-react";
import type { ReactNode } from "react";
import { percentOf } from "../../charts/numbers.ts";
import { wordsOfRange } from "../../charts/summary.ts";
import { formatCount, formatDuration, useNow } from "../../data/time.tsx";
import { AppLink } from "../../parts/link.tsx";

interface TilesProps {
  overview: Overview;
  range: Range;
  /** Address of the run list for a status, within the chosen app. */
  runsHref: (...terms: string[]) => string;
}

export function Tiles({ overview, range, runsHref }: TilesProps) {
  const { running, queued, ended, failed } = overview;
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Tile icon={CirclePlay} title="Running" href={runsHref("status:running")} note="runs have begun">
        {formatCount(running)}
      </Tile>
      <Tile icon={CircleDashed} title="Queued" href={runsHref("status:queued")} note="wait for their start">
        {formatCount(queued)}
      </Tile>
      <Tile
        icon={OctagonX}
        title="Failed"
        tone={failed > 0 ? "text-failed" : undefined}
        href={runsHref("status:failed", `since:${range}`)}
        note={
          ended === 0
            ? `none ended in the ${wordsOfRange(range)}`
            : `${percentOf(failed, ended)} of ${formatCount(ended)} in the ${wordsOfRange(range)}`
        }
      >
        {formatCount(failed)}
      </Tile>
      <OldestWait wait={overview.oldestWait} runsHref={runsHref} />
    </div>
  );
}

function OldestWait({ wait, runsHref }: { wait: Overview["oldestWait"]; runsHref: TilesProps["runsHref"] }) {
  const now = useNow();
  if (!wait)
    return (
      <Tile
        icon={Hourglass}
        title="Oldest wait"
        href={runsHref("status:queued")}
        note="no run waits for its start"
      >
        –
      </Tile>
    );
  return (
    <Tile
      icon={Hourglass}
      title="Oldest wait"
      href={`/runs/${encodeURIComponent(wait.runId)}`}
      note={`${wait.function.name}: see why`}
    >
      {formatDuration(wholeSeconds(now - Date.parse(wait.since)))}
    </Tile>
  );
}

/** A number that ticks is easier to read without fractions. */
function wholeSeconds(ms: number): number {
  return ms < 1000 ? Math.max(0, ms) : Math.floor(ms / 1000) * 1000;
}

interface TileProps {
  icon: LucideIcon;
  title: string;
  href: string;
  note: string;
  tone?: string | undefined;
  children: ReactNode;
}

function Tile({ icon: Icon, title, href, note, tone, children }: TileProps) {
  return (
    <AppLink
      href={href}
      className="card block p-4 hover:bg-hover"
      data-testid={`tile-${title.toLowerCase().replace(" ", "-")}`}
    >
      <span className="flex items-center gap-1.5 text-dim">
        <Icon aria-hidden size={15} className={tone} />
        {title}
      </span>
      <span className="mt-1 block text-2xl font-semibold tabular-nums tracking-tight text-ink">
        {children}
      </span>
      <span className="mt-0.5 line-clamp-2 text-xs break-words text-dim" title={note}>
        {note}
      </span>
    </AppLink>
  );
}
