/** The filter of the run list: a text in its own language, menus for the usual terms, and each term as a chip. */
import { parseFilter, runStatusWords } from "@stepwell/api/dashboard";
import { CircleHelp, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useCall } from "../../../data/api.ts";
import { Button } from "../../../parts/button.tsx";
import { Menu, type MenuItem } from "../../../parts/menu.tsx";
import { Pill } from "../../../parts/pill.tsx";
import { StatusBadge } from "../../../parts/status-badge.tsx";
import { tidySentence } from "../../../parts/words-text.ts";
import { chipsOf, valuesOf, withoutChip, withToggled, withValues } from "./chips.ts";
import { FilterField } from "./filter-field.tsx";
import { FilterHelp } from "./filter-help.tsx";
import "./filter.css";

export interface FilterBarProps {
  /** The filter of the address. */
  q: string;
  /** The one that is applied: without errors. */
  applied: string;
  /** Applies another one, without errors. `typed`: while it is written, so that Back does not go letter by letter. */
  onApply(q: string, typed: boolean): void;
  /** At the end: count, Live. */
  end: ReactNode;
}

/** Typing is over. */
const SETTLED_MS = 350;

export function FilterBar({ q, applied: good, onApply, end }: FilterBarProps): ReactNode {
  const [text, setText] = useState(q);
  const [help, setHelp] = useState(false);
  const applied = useRef(q);
  // Back, a link or a chip changed the filter: the field follows.
  if (applied.current !== q) {
    applied.current = q;
    if (text.trim() !== q) setText(q);
  }
  const apply = (next: string, typed: boolean) => {
    const trimmed = next.trim();
    if (parseFilter(trimmed).errors.length > 0 || trimmed === q) return;
    applied.current = trimmed;
    onApply(trimmed, typed);
  };
  const change = (next: string) => {
    setText(next);
    apply(next, false);
  };
  const later = useRef(apply);
  later.current = apply;
  useEffect(() => {
    const timer = setTimeout(() => later.current(text, true), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [text]);

  const { errors } = parseFilter(text);
  const [error] = errors;
  const chips = chipsOf(text);
  return (
    <div className="filter">
      <div className="filter-line">
        <FilterField text={text} onChange={setText} onEnter={() => apply(text, false)} errors={errors} />
        <div className="filter-menus">
          <StatusMenu text={text} onChange={change} />
          <FunctionMenu text={text} onChange={change} />
          <SinceMenu text={text} onChange={change} />
          <Button
            kind="quiet"
            label="How to filter"
            aria-expanded={help}
            icon={<CircleHelp aria-hidden size={16} />}
            onClick={() => setHelp(!help)}
          />
        </div>
        <div className="filter-end">{end}</div>
      </div>
      {help && <FilterHelp onPick={(example) => change(`${text} ${example}`.trim())} />}
      {(chips.length > 0 || error !== undefined) && (
        <div className="filter-chips">
          {chips.map((chip) => (
            <Pill
              key={`${chip.from} ${chip.value}`}
              error={chip.error ?? undefined}
              onRemove={() => change(withoutChip(text, chip))}
              removeLabel={`Remove ${chip.name} ${chip.value}`}
            >
              {chip.not && <span className="font-semibold">not </span>}
              {chip.name !== "" && <span className="text-dim">{chip.name} </span>}
              <bdi className="filter-value">{chip.value}</bdi>
            </Pill>
          ))}
          {chips.length > 1 && (
            <Button kind="quiet" size="small" icon={<X aria-hidden size={12} />} onClick={() => change("")}>
              Clear
            </Button>
          )}
          {error !== undefined && (
            <p role="alert" className="filter-error">
              {tidySentence(error.message, null)}
              {good === "" ? ". All runs are shown until then." : ". The last good filter still applies."}
            </p>
          )}
        </div>
      )}
    </div>
  );
}

interface MenuProps {
  text: string;
  onChange(text: string): void;
}

function StatusMenu({ text, onChange }: MenuProps): ReactNode {
  const chosen = valuesOf(text, "status");
  return (
    <Menu
      label="Status"
      align="start"
      items={runStatusWords.map(
        (status): MenuItem => ({
          label: status[0]?.toUpperCase() + status.slice(1),
          icon: <StatusBadge status={status} look="icon" />,
          checked: chosen.includes(status),
          onSelect: () => onChange(withToggled(text, "status", status)),
        }),
      )}
    >
      Status
    </Menu>
  );
}

const FUNCTIONS_SHOWN = 30;

function FunctionMenu({ text, onChange }: MenuProps): ReactNode {
  const functions =
    useCall("listFunctions", { query: {} }, { freshMs: 60_000, live: false }).data?.data ?? [];
  const chosen = valuesOf(text, "function");
  const items: MenuItem[] = functions.slice(0, FUNCTIONS_SHOWN).map(({ name, slug }) => ({
    label: name,
    checked: chosen.includes(slug),
    onSelect: () => onChange(withToggled(text, "function", slug)),
  }));
  if (functions.length > FUNCTIONS_SHOWN) items.push({ heading: "Write function: for the others" });
  if (functions.length === 0) items.push({ heading: "No functions yet" });
  return (
    <Menu label="Function" align="start" items={items}>
      Function
    </Menu>
  );
}

const spans = [
  ["15m", "15 minutes"],
  ["1h", "hour"],
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
] as const;

function SinceMenu({ text, onChange }: MenuProps): ReactNode {
  const [chosen] = valuesOf(text, "since");
  return (
    <Menu
      label="Since"
      align="start"
      items={[
        ...spans.map(
          ([value, words]): MenuItem => ({
            label: `The last ${words}`,
            checked: chosen === value,
            onSelect: () => onChange(withValues(text, "since", [value])),
          }),
        ),
        { separator: true },
        {
          label: "Any time",
          checked: chosen === undefined,
          onSelect: () => onChange(withValues(text, "since", [])),
        },
      ]}
    >
      Since
    </Menu>
  );
}
