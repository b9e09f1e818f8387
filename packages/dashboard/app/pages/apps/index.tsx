/** The apps: whether they are connected, and what to do when they are not. */
import type { AppLine } from "@stepwell/api/dashboard";
import { Plug, Plus } from "lucide-react";
import { lazy, Suspense } from "react";
import { useCall } from "../../data/api.ts";
import { useCan } from "../../data/session.ts";
import { Button } from "../../parts/button.tsx";
import { Page } from "../../parts/page.tsx";
import { Empty } from "../../parts/states.tsx";
import { SendEventHost } from "../events/send-event.tsx";
import { Loaded } from "../loaded.tsx";
import { usePageSearch } from "../use-page-search.ts";
import { AppCard } from "./app-card.tsx";
import { ConnectSteps } from "./connect-steps.tsx";
import { parseSearch } from "./search.ts";

const AddAppDialog = lazy(() => import("./add-app-dialog.tsx"));

export function AppsPage() {
  const [search, change] = usePageSearch(parseSearch);
  const apps = useCall("listApps", {});
  const can = useCan("addApp");
  return (
    <Page
      title="Apps"
      actions={
        <Button
          kind="primary"
          icon={<Plus aria-hidden size={15} />}
          disabledWhy={can}
          onClick={() => change({ add: true })}
        >
          Add app
        </Button>
      }
    >
      <Loaded result={apps}>{(all) => (all.length === 0 ? <NoApps /> : <AppCards apps={all} />)}</Loaded>
      {search.add && (
        <Suspense fallback={null}>
          <AddAppDialog onClose={() => change({ add: undefined }, { replace: true })} />
        </Suspense>
      )}
      <SendEventHost />
    </Page>
  );
}

/** Those that need something come first. */
function AppCards({ apps }: { apps: readonly AppLine[] }) {
  const sorted = [...apps].sort(
    (a, b) => Number(a.error === null) - Number(b.error === null) || a.name.localeCompare(b.name),
  );
  return (
    <ul className="flex flex-col gap-3">
      {sorted.map((app) => (
        <AppCard key={app.id} app={app} />
      ))}
    </ul>
  );
}

function NoApps() {
  return (
    <div className="card">
      <Empty title="Waiting for the first app" icon={<Plug aria-hidden size={22} />}>
        <p>An app tells its functions to this server when it syncs. This page shows it as soon as it does.</p>
        <ConnectSteps />
      </Empty>
    </div>
  );
}
