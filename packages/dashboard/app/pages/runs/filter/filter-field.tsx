/** The field of the filter: a combobox that offers fields and values while one writes. */
import type { FilterError } from "@stepwell/api/dashboard";
import { Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from "react";
import { useCall } from "../../../data/api.ts";
import { type KnownNames, suggest } from "./suggest.ts";

export interface FilterFieldProps {
  text: string;
  onChange(text: string): void;
  onEnter(): void;
  errors: readonly FilterError[];
}

export function FilterField({ text, onChange, onEnter, errors }: FilterFieldProps): ReactNode {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const marks = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(-1);
  const known = useKnownNames(open);
  const { from, to, options } = useMemo(() => suggest(text, caret, known), [text, caret, known]);
  const shown = open && options.length > 0;

  const pick = (insert: string) => {
    const end = from + insert.length;
    onChange(text.slice(0, from) + insert + text.slice(to).trimStart());
    setAt(-1);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(end, end);
      setCaret(end);
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!shown) return setOpen(true);
      const by = event.key === "ArrowDown" ? 1 : -1;
      const next = (at + by + options.length + 1) % (options.length + 1);
      setAt(next === options.length ? -1 : next);
    } else if (event.key === "Enter") {
      const option = shown ? options[at] : undefined;
      if (option === undefined) {
        setOpen(false);
        onEnter();
      } else pick(option.insert);
    } else if (event.key === "Tab" && shown && at >= 0) pick(options[at]?.insert ?? "");
    else if (event.key === "Escape" && shown) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const follow = () => {
    setCaret(input.current?.selectionStart ?? 0);
    if (marks.current && input.current) marks.current.scrollLeft = input.current.scrollLeft;
  };
  return (
    <div className="filter-field">
      <Search aria-hidden size={14} className="filter-icon" />
      <input
        ref={input}
        data-search
        type="text"
        role="combobox"
        className="field filter-input"
        aria-label="Filter runs"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
        aria-invalid={errors.length > 0 || undefined}
        placeholder="status:failed since:24h, or words of a payload"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={text}
        onChange={({ target }) => {
          onChange(target.value);
          setCaret(target.selectionStart ?? target.value.length);
          setOpen(true);
          setAt(-1);
        }}
        onSelect={follow}
        onScroll={follow}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <div ref={marks} aria-hidden className="filter-marks">
        {marked(text, errors)}
      </div>
      <ul
        id={`${id}-list`}
        role="listbox"
        aria-label="What could be written"
        className="filter-list"
        hidden={!shown}
      >
        {shown &&
          options.map((option, index) => (
            <li
              key={option.insert}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              className="filter-option"
              onPointerDown={(event) => {
                event.preventDefault();
                pick(option.insert);
              }}
            >
              <bdi className="truncate">{option.label}</bdi>
              <span className="truncate text-xs text-dim">{option.detail}</span>
            </li>
          ))}
      </ul>
    </div>
  );
}

/** The text once more, unseen, with wavy lines below what is wrong. */
function marked(text: string, errors: readonly FilterError[]): ReactNode {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const { from, to } of errors) {
    if (from < end) continue;
    parts.push(text.slice(end, from), <mark key={from}>{text.slice(from, to)}</mark>);
    end = to;
  }
  return [...parts, text.slice(end)];
}

const none: readonly string[] = [];

/** Names are asked for when the field is first used. */
function useKnownNames(wanted: boolean): KnownNames {
  const options = { enabled: wanted, freshMs: 60_000, live: false };
  const functions = useCall("listFunctions", { query: {} }, options).data?.data;
  const apps = useCall("listApps", {}, options).data?.data;
  const events = useCall("listEventTypes", {}, options).data?.data;
  return useMemo(
    () => ({
      functions: functions?.map(({ slug }) => slug) ?? none,
      apps: apps?.map(({ name }) => name) ?? none,
      events: events?.map(({ name }) => name) ?? none,
    }),
    [functions, apps, events],
  );
}
