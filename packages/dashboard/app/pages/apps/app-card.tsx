/** One app: connected or not, with what, and since when; an error in full with its cure. */
import type { AppLine, SyncOutcome } from "@stepwell/api/dashboard";
import { OctagonX, RefreshCw } from "lucide-react";
import { countOf } from "../../charts/numbers.ts";
import { useAct } from "../../data/api.ts";
import { useCan } from "../../data/session.ts";
import { Time } from "../../data/time.tsx";
import { Button } from "../../parts/button.tsx";
import { Copy } from "../../parts/copy.tsx";
import { Definition } from "../../parts/definition.tsx";
import { AppLink } from "../../parts/link.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { useToast } from "../../parts/toasts.tsx";
import { wordsOfSync } from "./sync-words.ts";

export function AppCard({ app }: { app: AppLine }) {
  return (
    <li className="card" data-testid="app-row">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-3 pb-2">
        <h2 className="min-w-0 text-base font-semibold break-words">{app.name}</h2>
        <StatusBadge
          status={app.error ? "failed" : "ok"}
          word={app.error ? "Not in sync" : "Synced"}
          testId="app-state"
        />
        <div className="ml-auto">
          <SyncAgain app={app} />
        </div>
      </div>
      <p className="-mt-1 flex items-center gap-1 px-4 pb-3 text-dim">
        <code className="break-all">{app.url}</code>
        <Copy text={app.url} label="Copy the URL" />
      </p>
      {app.error && <SyncError error={app.error} />}
      <Definition className="px-4 pb-4" look="stacked" items={itemsOf(app)} />
    </li>
  );
}

function SyncAgain({ app }: { app: AppLine }) {
  const toast = useToast();
  const sync = useAct("syncApp", {
    invalidates: ["listApps", "listFunctions", "listSchedules", "getOverview"],
    onDone: (outcome: SyncOutcome) =>
      toast({ kind: "success", title: `${app.name}: ${wordsOfSync(outcome)}` }),
  });
  return (
    <Button
      size="small"
      icon={<RefreshCw aria-hidden size={13} />}
      disabledWhy={useCan("syncApp")}
      busy={sync.isPending}
      onClick={() => sync.mutate({ params: { id: app.id } })}
    >
      {sync.isPending ? "Syncing…" : "Sync again"}
      <span className="sr-only">: {app.name}</span>
    </Button>
  );
}

function SyncError({ error }: { error: NonNullable<AppLine["error"]> }) {
  return (
    <div className="failure mx-4 mb-3" data-testid="app-error">
      <OctagonX aria-hidden size={16} className="mt-0.5 shrink-0 text-failed" />
      <div className="min-w-0">
        <p className="font-semibold break-words whitespace-pre-wrap">{error.message}</p>
        <p className="mt-1 break-words whitespace-pre-wrap text-dim">{error.cure}</p>
      </div>
    </div>
  );
}

function itemsOf(app: AppLine) {
  const functions = (
    <AppLink href={`/functions?app=${encodeURIComponent(app.id)}`} className="link">
      {countOf(app.functions, "function")}
    </AppLink>
  );
  const optional = [
    { term: "Framework", value: app.framework },
    { term: "Platform", value: app.platform },
    { term: "Version", value: app.appVersion },
  ].flatMap(({ term, value }) => (value === null ? [] : [{ term, value }]));
  return [
    { term: "Functions", value: functions },
    { term: "Last sync", value: <Time at={app.syncedAt} /> },
    { term: "SDK", value: app.sdk },
    ...optional,
  ];
}
