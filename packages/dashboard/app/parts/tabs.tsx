/** Tabs whose choice is in the address: the caller keeps it. Arrows move, and choose at once. */
import clsx from "clsx";
import { type KeyboardEvent, type ReactNode, useId } from "react";

export interface Tab<Id extends string> {
  id: Id;
  title: ReactNode;
  /** Small number beside the title. */
  count?: number | string | undefined;
}
export interface TabsProps<Id extends string> {
  /** What the tabs are of. */
  label: string;
  tabs: readonly Tab<Id>[];
  value: Id;
  onChange(id: NoInfer<Id>): void;
  /** Of the chosen tab. */
  children: ReactNode;
  className?: string | undefined;
}

/** Tabs with the panel of the chosen one. */
export function Tabs<Id extends string>({
  label,
  tabs,
  value,
  onChange,
  children,
  className,
}: TabsProps<Id>): ReactNode {
  const id = useId();
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === value);
    const step = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = tabs[(step + tabs.length) % tabs.length];
    if (!to) return;
    onChange(to.id);
    document.getElementById(`${id}-${to.id}`)?.focus();
  };
  return (
    <div className={className}>
      <div role="tablist" aria-label={label} className="tab-list" onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === value ? 0 : -1}
            className={clsx("tab", tab.id === value && "tab-chosen")}
            onClick={() => onChange(tab.id)}
          >
            {tab.title}
            {tab.count !== undefined && <span className="tab-count">{tab.count}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>
        {children}
      </div>
    </div>
  );
}
