/** Every cron trigger: when it fires next, how the last ticks went, which were missed, and Run now. */
import type { ScheduleLine } from "@stepwell/api/dashboard";
import { CalendarClock } from "lucide-react";
import { useCall } from "../../data/api.ts";
import { Code } from "../../parts/code.tsx";
import { TextField } from "../../parts/fields.tsx";
import { Page } from "../../parts/page.tsx";
import { Pill } from "../../parts/pill.tsx";
import { Empty } from "../../parts/states.tsx";
import { SendEventHost } from "../events/send-event.tsx";
import { NothingMatches } from "../functions/filters.tsx";
import { Loaded } from "../loaded.tsx";
import { type ChangeSearch, usePageSearch } from "../use-page-search.ts";
import { filterSchedules } from "./filter.ts";
import { rowGrid, ScheduleRow } from "./schedule-row.tsx";
import { parseSearch, type SchedulesSearch } from "./search.ts";

export function SchedulesPage() {
  const [search, change] = usePageSearch(parseSearch);
  const schedules = useCall("listSchedules", {});
  return (
    <Page title="Schedules">
      <Loaded result={schedules}>
        {(all) =>
          all.length === 0 ? (
            <NoSchedules />
          ) : (
            <>
              <Filters search={search} change={change} />
              <List all={all} search={search} change={change} />
            </>
          )
        }
      </Loaded>
      <SendEventHost />
    </Page>
  );
}

interface PartProps {
  search: SchedulesSearch;
  change: ChangeSearch<SchedulesSearch>;
}

function Filters({ search, change }: PartProps) {
  return (
    <search className="mb-4 flex flex-wrap items-center gap-2">
      <TextField
        label="Search schedules"
        labelHidden
        type="search"
        className="w-full sm:w-64"
        placeholder="Function, expression or words"
        value={search.q ?? ""}
        onChange={(q) => change({ q: q || undefined }, { replace: true })}
        data-search
      />
      <Pill
        pressed={search.missed === true}
        onPress={() => change({ missed: search.missed ? undefined : true })}
      >
        Missed only
      </Pill>
    </search>
  );
}

function List({ all, search, change }: PartProps & { all: readonly ScheduleLine[] }) {
  const shown = filterSchedules(all, search);
  if (shown.length === 0)
    return (
      <NothingMatches
        all={all.length}
        noun="schedules"
        onClear={() => change({ q: undefined, missed: undefined })}
      />
    );
  return (
    <div className="card overflow-clip">
      <div
        className={`hidden min-h-8 border-b border-line px-4 text-xs font-medium text-dim ${rowGrid}`}
        aria-hidden="true"
      >
        <span />
        <span>Function</span>
        <span>Expression</span>
        <span>Next</span>
        <span>Last run</span>
        <span>Last 20 ticks</span>
        <span />
      </div>
      <ul>
        {shown.map((line) => (
          <ScheduleRow
            key={line.id}
            line={line}
            open={search.open === line.id}
            onToggle={() =>
              change({ open: search.open === line.id ? undefined : line.id }, { replace: true })
            }
          />
        ))}
      </ul>
    </div>
  );
}

const sample = `inngest.createFunction(
  { id: "nightly-report", triggers: [{ cron: "TZ=Europe/Berlin 30 2 * * *" }] },
  async ({ step }) => {
    await step.run("write the report", writeReport);
  },
);`;

function NoSchedules() {
  return (
    <div className="card">
      <Empty title="No schedules yet" icon={<CalendarClock aria-hidden size={22} />}>
        <p>A function with a cron trigger appears here as soon as its app has synced.</p>
        <Code text={sample} language="TypeScript" className="w-full min-w-0 text-left" />
      </Empty>
    </div>
  );
}
