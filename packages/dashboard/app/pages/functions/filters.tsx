/** What narrows the function list; all of it is in the URL. */
import type { AppName } from "@stepwell/api/dashboard";
import { ListFilter } from "lucide-react";
import { Button } from "../../parts/button.tsx";
import { SelectField, TextField } from "../../parts/fields.tsx";
import { Pill } from "../../parts/pill.tsx";
import { Empty } from "../../parts/states.tsx";
import type { ChangeSearch } from "../use-page-search.ts";
import type { FunctionsSearch } from "./search.ts";

interface FiltersProps {
  search: FunctionsSearch;
  apps: readonly AppName[];
  change: ChangeSearch<FunctionsSearch>;
}

const triggerOptions = [
  { value: "", label: "Any trigger" },
  { value: "event", label: "Events" },
  { value: "cron", label: "Schedules" },
] as const;
const modeOptions = [
  { value: "", label: "Any mode" },
  { value: "active", label: "Active" },
  { value: "paused", label: "Paused" },
  { value: "drained", label: "Draining" },
] as const;

export function FunctionFilters({ search, apps, change }: FiltersProps) {
  return (
    <search className="mb-4 flex flex-wrap items-center gap-2">
      <TextField
        label="Search functions"
        labelHidden
        type="search"
        className="w-full sm:w-64"
        placeholder="Name, event or schedule"
        value={search.q ?? ""}
        onChange={(q) => change({ q: q || undefined }, { replace: true })}
        data-search
      />
      {apps.length > 1 && (
        <SelectField
          label="App"
          labelHidden
          value={search.app ?? ""}
          options={[
            { value: "", label: "Any app" },
            ...apps.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(app) => change({ app: app || undefined })}
        />
      )}
      <SelectField
        label="Trigger"
        labelHidden
        value={search.trigger ?? ""}
        options={triggerOptions}
        onChange={(trigger) => change({ trigger: trigger || undefined })}
      />
      <SelectField
        label="Mode"
        labelHidden
        value={search.mode ?? ""}
        options={modeOptions}
        onChange={(mode) => change({ mode: mode || undefined })}
      />
      <Pill
        pressed={search.failing === true}
        onPress={() => change({ failing: search.failing ? undefined : true })}
      >
        Failing
      </Pill>
      <Pill
        pressed={search.archived === true}
        onPress={() => change({ archived: search.archived ? undefined : true })}
      >
        With archived
      </Pill>
    </search>
  );
}

/** A list that is empty because of its filter. */
export function NothingMatches({ onClear, all, noun }: { onClear: () => void; all: number; noun: string }) {
  return (
    <div className="card">
      <Empty title={`None of ${all} ${noun} matches`} icon={<ListFilter aria-hidden size={24} />}>
        <Button onClick={onClear}>Clear the filter</Button>
      </Empty>
    </div>
  );
}
