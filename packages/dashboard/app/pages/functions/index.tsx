/** All functions by app: what starts them, how they do, how many wait. */
import type { FunctionLine } from "@stepwell/api/dashboard";
import { Plug } from "lucide-react";
import { countOf } from "../../charts/numbers.ts";
import { useCall } from "../../data/api.ts";
import { DataList } from "../../parts/data-list.tsx";
import { Page } from "../../parts/page.tsx";
import { Empty } from "../../parts/states.tsx";
import { ConnectSteps } from "../apps/connect-steps.tsx";
import { SendEventHost } from "../events/send-event.tsx";
import { Loaded } from "../loaded.tsx";
import { usePageSearch } from "../use-page-search.ts";
import { functionColumns } from "./columns.tsx";
import { appsOf, filterFunctions, groupByApp } from "./filter.ts";
import { FunctionFilters, NothingMatches } from "./filters.tsx";
import { parseSearch } from "./search.ts";

export function FunctionsPage() {
  const [search, change] = usePageSearch(parseSearch);
  const functions = useCall("listFunctions", { query: { archived: search.archived } });
  const lines = functions.data?.data ?? [];
  const clear = () =>
    change({ q: undefined, app: undefined, trigger: undefined, mode: undefined, failing: undefined });
  return (
    <Page title="Functions">
      <FunctionFilters search={search} apps={appsOf(lines)} change={change} />
      <Loaded result={functions}>
        {(all) =>
          all.length === 0 ? (
            <NoFunctions />
          ) : (
            <Groups all={all} shown={filterFunctions(all, search)} onClear={clear} />
          )
        }
      </Loaded>
      <SendEventHost />
    </Page>
  );
}

interface GroupsProps {
  all: readonly FunctionLine[];
  shown: readonly FunctionLine[];
  onClear: () => void;
}

function Groups({ all, shown, onClear }: GroupsProps) {
  if (shown.length === 0) return <NothingMatches all={all.length} noun="functions" onClear={onClear} />;
  return (
    <div className="flex flex-col gap-6">
      {groupByApp(shown).map(({ app, functions }) => (
        <section key={app.id} aria-labelledby={`app-${app.id}`}>
          <h2 id={`app-${app.id}`} className="mb-2 flex items-baseline gap-2 font-semibold">
            {app.name}
            <span className="text-xs font-normal text-dim">{countOf(functions.length, "function")}</span>
          </h2>
          <DataList
            label={`Functions of ${app.name}`}
            rows={functions}
            columns={functionColumns}
            keyOf={keyOf}
            hrefOf={hrefOf}
            testId="function-row"
          />
        </section>
      ))}
    </div>
  );
}

const keyOf = ({ id }: FunctionLine) => id;
const hrefOf = ({ id }: FunctionLine) => `/functions/${encodeURIComponent(id)}`;

function NoFunctions() {
  return (
    <div className="card">
      <Empty title="No functions yet" icon={<Plug aria-hidden size={22} />}>
        <p>Functions appear here when an app that has them connects.</p>
        <ConnectSteps />
      </Empty>
    </div>
  );
}
