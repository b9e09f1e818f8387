/** What can be done with the timeline: find, filter, collapse, zoom, and the same as a table. */
import {
  ChevronDown,
  ChevronLeft,
  ChevronRight,
  ChevronUp,
  type LucideIcon,
  Minus,
  Plus,
  Search,
  Table2,
  UnfoldHorizontal,
} from "lucide-react";
import { type KeyboardEvent, type ReactNode, type Ref, useEffect } from "react";
import { Button, type ButtonProps } from "../../../parts/button.tsx";
import { Pill } from "../../../parts/pill.tsx";
import type { Waterfall } from "./use-waterfall.ts";
import { isWhole, wholeView } from "./view.ts";
import "./tools.css";

export interface ToolbarProps {
  state: Waterfall;
  active: string | null;
  /** Goes to a span that was found. */
  onFound(back: boolean): void;
  asTable: boolean;
  onTable(on: boolean): void;
  find: Ref<HTMLInputElement>;
}

export function Toolbar({ state, active, onFound, asTable, onTable, find }: ToolbarProps): ReactNode {
  return (
    <div className="wf-tools" role="toolbar" aria-label="Timeline">
      <Find state={state} active={active} onFound={onFound} input={find} />
      {!asTable && <Zoom state={state} />}
      <div className="wf-choices">
        {state.failures > 0 && (
          <Pill pressed={state.onlyFailed} onPress={() => state.setOnlyFailed(!state.onlyFailed)}>
            Only failed ({state.failures})
          </Pill>
        )}
        {!asTable && state.canCollapse && (
          <Pill pressed={state.collapsing} onPress={() => state.setCollapsing(!state.collapsing)}>
            Collapse idle time
          </Pill>
        )}
        <Pill pressed={asTable} onPress={() => onTable(!asTable)}>
          <span className="inline-flex items-center gap-1">
            <Table2 aria-hidden size={13} /> Table
          </span>
        </Pill>
      </div>
    </div>
  );
}

function Zoom({ state }: { state: Waterfall }): ReactNode {
  const whole = isWhole(state.view);
  const nothing = whole ? "All of it is shown" : undefined;
  return (
    <div className="wf-zoom" role="group" aria-label="Zoom">
      {!whole && (
        <>
          <Tool label="Earlier" icon={ChevronLeft} onClick={() => state.moveBy(-0.5)} />
          <Tool label="Later" icon={ChevronRight} onClick={() => state.moveBy(0.5)} />
        </>
      )}
      <Tool label="Zoom out (-)" disabledWhy={nothing} icon={Minus} onClick={() => state.zoomBy(0.5)} />
      <Tool label="Zoom in (+)" icon={Plus} onClick={() => state.zoomBy(2)} />
      <Tool
        label="See everything (0)"
        disabledWhy={nothing}
        icon={UnfoldHorizontal}
        onClick={() => state.setView(wholeView)}
      />
    </div>
  );
}

interface ToolProps extends Pick<ButtonProps, "label" | "onClick" | "disabledWhy"> {
  icon: LucideIcon;
}

function Tool({ icon: Icon, ...rest }: ToolProps): ReactNode {
  return <Button kind="quiet" size="small" icon={<Icon aria-hidden size={14} />} {...rest} />;
}

interface FindProps {
  state: Waterfall;
  active: string | null;
  onFound(back: boolean): void;
  input: Ref<HTMLInputElement>;
}

function Find({ state, active, onFound, input }: FindProps): ReactNode {
  const { words, look, found } = state;
  useFindKey(input);
  const at = active === null ? -1 : found.indexOf(active);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") onFound(event.shiftKey);
    else if (event.key === "Escape" && words !== "") look("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="wf-find">
      <Search aria-hidden size={14} className="wf-find-icon" />
      <input
        ref={input}
        type="search"
        className="field wf-find-field"
        aria-label="Find in this run"
        placeholder="Find a step"
        value={words}
        onChange={({ target }) => look(target.value)}
        onKeyDown={onKeyDown}
      />
      {words !== "" && (
        <span className="wf-find-more">
          <span role="status" className="text-xs whitespace-nowrap text-dim">
            {found.length === 0 ? "none" : at < 0 ? found.length : `${at + 1} of ${found.length}`}
          </span>
          <Tool label="Previous" icon={ChevronUp} onClick={() => onFound(true)} />
          <Tool label="Next" icon={ChevronDown} onClick={() => onFound(false)} />
        </span>
      )}
    </div>
  );
}

/** Ctrl F finds here, since rows out of view are not in the page; pressed again, it is the browser's. */
function useFindKey(input: Ref<HTMLInputElement>): void {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "f" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      const field = input !== null && typeof input === "object" ? input.current : null;
      if (field === null || document.activeElement === field || document.querySelector("dialog[open]"))
        return;
      event.preventDefault();
      field.focus();
      field.select();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [input]);
}
