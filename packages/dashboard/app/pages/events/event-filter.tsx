/**
 * The filter of the event list: a text in the filter language with what is wrong told below, a menu for
 * the time, and each term as a chip. Only texts without errors are applied: the last good result stays.
 */
import { parseFilter } from "@stepwell/api/dashboard";
import { Search } from "lucide-react";
import { type ReactNode, useEffect, useId, useState } from "react";
import { useCall } from "../../data/api.ts";
import { Button } from "../../parts/button.tsx";
import { SelectField, TextField } from "../../parts/fields.tsx";
import { Pill } from "../../parts/pill.tsx";
import { chipsOf, valuesOf, withoutChip, withValues } from "../runs/filter/chips.ts";
import { suggestNames } from "./suggest-names.ts";

interface EventFilterProps {
  /** As it is in the URL. */
  value: string;
  onChange: (q: string) => void;
}

const times = [
  { value: "", label: "Any time" },
  { value: "15m", label: "Last 15 minutes" },
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
];

export function EventFilter({ value, onChange, children }: EventFilterProps & { children: ReactNode }) {
  const [since = ""] = valuesOf(value, "since", "events");
  const known = times.some((time) => time.value === since);
  return (
    <search className="mb-4 block">
      <div className="flex flex-wrap items-start gap-2">
        <FilterText value={value} onChange={onChange} />
        <SelectField
          label="Time"
          labelHidden
          value={since}
          options={known ? times : [...times, { value: since, label: `Since ${since}` }]}
          onChange={(time) => onChange(withValues(value, "since", time === "" ? [] : [time], "events"))}
        />
        <div className="flex min-h-8 items-center">{children}</div>
      </div>
      <Chips value={value} onChange={onChange} />
    </search>
  );
}

/** Kept as it is typed; Enter, or the button, applies it. */
function FilterText({ value, onChange }: EventFilterProps) {
  const [text, setText] = useState(value);
  const [tried, setTried] = useState(false);
  const list = useId();
  useEffect(() => {
    setText(value);
    setTried(false);
  }, [value]);
  const [error] = parseFilter(text, "events").errors;
  const type = (next: string) => {
    setText(next);
    setTried(false);
    if (next === "") onChange("");
  };
  const apply = () => {
    setTried(true);
    if (!error) onChange(text.trim());
  };
  return (
    <form
      className="flex min-w-0 flex-1 basis-64 items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <TextField
        label="Filter events"
        labelHidden
        type="search"
        className="min-w-0 flex-1"
        placeholder={'name:user/* event.data.userId:7 "two words"'}
        value={text}
        onChange={type}
        // A term that is still being typed is not wrong yet.
        error={error && (tried || text.endsWith(" ")) ? error.message : null}
        list={list}
        autoComplete="off"
        spellCheck={false}
        data-search
      />
      <NameSuggestions id={list} text={text} />
      <Button type="submit" label="Search" icon={<Search aria-hidden size={15} />} />
    </form>
  );
}

function NameSuggestions({ id, text }: { id: string; text: string }) {
  const types = useCall("listEventTypes", {}).data?.data ?? [];
  return (
    <datalist id={id}>
      {suggestNames(
        text,
        types.map(({ name }) => name),
      ).map((option) => (
        <option key={option} value={option} />
      ))}
    </datalist>
  );
}

function Chips({ value, onChange }: EventFilterProps) {
  const chips = chipsOf(value, "events");
  if (chips.length === 0) return null;
  return (
    <div className="mt-2 flex flex-wrap gap-1.5">
      {chips.map((chip) => (
        <Pill
          key={`${chip.from} ${chip.value}`}
          removeLabel={`Remove ${chip.name} ${chip.value}`}
          onRemove={() => onChange(withoutChip(value, chip))}
        >
          {chip.name !== "" && <span className="text-dim">{chip.name}</span>}
          {chip.not && <span className="text-dim">not</span>}
          <span className="truncate">{chip.value}</span>
        </Pill>
      ))}
    </div>
  );
}
