/** The run among its relatives: who invoked it, whom it invoked, what it repeats, and what repeats it. */
import type { RelatedRun, RunView } from "@stepwell/api/dashboard";
import type { ReactNode } from "react";
import { shortId } from "../../data/short-id.ts";
import { Time } from "../../data/time.tsx";
import { AppLink } from "../../parts/link.tsx";
import { Menu } from "../../parts/menu.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";

export function Lineage({ run }: { run: RunView }): ReactNode {
  const { parent, children, original, originalRunId, reruns } = run;
  if (parent === null && children.length === 0 && originalRunId === null && reruns.length === 0) return null;
  return (
    <nav aria-label="Related runs" className="run-lineage">
      {parent !== null && (
        <Part words="Invoked by">
          <One run={parent} named />
        </Part>
      )}
      {originalRunId !== null && (
        <Part words="Rerun of">
          {original === null ? (
            <span className="text-dim">{shortId(originalRunId)} (no longer stored)</span>
          ) : (
            <One run={original} named={original.function.id !== run.function.id} />
          )}
        </Part>
      )}
      {reruns.length > 0 && (
        <Part words={reruns.length === 1 ? "Rerun as" : `${reruns.length} reruns, the newest`}>
          <One run={reruns[0] as RelatedRun} named={false} />
          {reruns.length > 1 && <Others label="All other reruns" runs={reruns.slice(1)} />}
        </Part>
      )}
      {children.length > 0 && <Children runs={children} />}
    </nav>
  );
}

function Part({ words, children }: { words: string; children: ReactNode }): ReactNode {
  return (
    <span className="run-related">
      <span>{words}</span>
      {children}
    </span>
  );
}

function One({ run, named }: { run: RelatedRun; named: boolean }): ReactNode {
  return (
    <>
      <StatusBadge status={run.status} look="icon" />
      <AppLink href={`/runs/${run.id}`} className="link min-w-0 truncate" title={run.id}>
        {named && <bdi>{run.function.name} </bdi>}
        {shortId(run.id)}
      </AppLink>
      <span className="text-xs">
        <Time at={run.queuedAt} />
      </span>
    </>
  );
}

function Children({ runs }: { runs: readonly RelatedRun[] }): ReactNode {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined)
    return (
      <Part words="Invoked">
        <One run={only} named />
      </Part>
    );
  const counts = new Map<RelatedRun["status"], number>();
  for (const { status } of runs) counts.set(status, (counts.get(status) ?? 0) + 1);
  return (
    <Part words={`Invoked ${runs.length >= 100 ? "100 or more" : runs.length} runs:`}>
      {[...counts].map(([status, count]) => (
        <StatusBadge key={status} status={status} look="plain" word={`${count} ${status}`} />
      ))}
      <Others label="All invoked runs" runs={runs} />
    </Part>
  );
}

function Others({ label, runs }: { label: string; runs: readonly RelatedRun[] }): ReactNode {
  return (
    <Menu
      label={label}
      kind="quiet"
      size="small"
      align="start"
      items={runs.map((run) => ({
        label: `${run.function.name} ${shortId(run.id)}`,
        note: run.status,
        icon: <StatusBadge status={run.status} look="icon" />,
        href: `/runs/${run.id}`,
      }))}
    >
      All
    </Menu>
  );
}
