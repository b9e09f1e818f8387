/** A menu under a button: arrows, Home, End, letters, Escape. Drawn as a popover, above everything. */
import clsx from "clsx";
import { Check } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import { Button, type ButtonProps } from "./button.tsx";
import { useGo } from "./link.tsx";
import { placeBeside } from "./place.ts";

export type MenuItem =
  | { separator: true }
  | { heading: string }
  | {
      label: string;
      icon?: ReactNode;
      /** Small text at the end: a shortcut, a value. */
      note?: string | undefined;
      onSelect?(): void;
      /** A page below the base, instead of `onSelect`. */
      href?: string;
      /** Given: one of several choices. */
      checked?: boolean;
      kind?: "danger";
      /** Why it may not be chosen; `true`: it may. */
      disabledWhy?: string | true | undefined;
    };

export interface MenuProps {
  /** What the menu is, for an icon-only button also its hint. */
  label: string;
  /** Content of the button; absent: `icon` only. */
  children?: ReactNode;
  icon?: ReactNode;
  items: readonly MenuItem[];
  kind?: ButtonProps["kind"];
  size?: ButtonProps["size"];
  align?: "start" | "end";
  className?: string | undefined;
}

/** A button with a menu. */
export function Menu({
  label,
  children,
  icon,
  items,
  kind,
  size,
  align = "end",
  className,
}: MenuProps): ReactNode {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const startAt = useRef<0 | -1>(0);
  const show = (at: 0 | -1 = 0) => {
    startAt.current = at;
    list.current?.showPopover();
    setOpen(true);
  };
  useLayoutEffect(() => {
    // Only now it has its items, and so its size.
    if (!open || !list.current || !button.current) return;
    placeBeside(list.current, button.current.getBoundingClientRect(), align);
    entries(list.current).at(startAt.current)?.focus();
  }, [open, align]);
  const close = () => {
    list.current?.hidePopover();
    button.current?.focus();
  };
  return (
    <>
      <Button
        ref={button}
        kind={kind}
        size={size}
        icon={icon}
        label={label}
        className={className}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => (open ? close() : show())}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          show(event.key === "ArrowDown" ? 0 : -1);
        }}
      >
        {children}
      </Button>
      <div
        ref={list}
        id={id}
        role="menu"
        aria-label={label}
        popover="auto"
        className="menu"
        onToggle={(event) => setOpen(event.newState === "open")}
        onKeyDown={(event) => onMenuKey(event, list.current, close)}
      >
        {open && items.map((item, at) => <Entry key={keyOf(item, at)} item={item} close={close} />)}
      </div>
    </>
  );
}

function keyOf(item: MenuItem, at: number): string {
  return "label" in item ? item.label : `${at}`;
}

function Entry({ item, close }: { item: MenuItem; close(): void }): ReactNode {
  const go = useGo();
  if ("separator" in item) return <hr className="my-1 border-line" />;
  if ("heading" in item)
    return <div className="px-2 pt-1.5 pb-1 text-xs font-medium text-dim">{item.heading}</div>;
  const why = typeof item.disabledWhy === "string" ? item.disabledWhy : null;
  return (
    <button
      type="button"
      role={item.checked === undefined ? "menuitem" : "menuitemradio"}
      aria-checked={item.checked}
      aria-disabled={why !== null || undefined}
      tabIndex={-1}
      className={clsx("menu-item", item.kind === "danger" && "text-failed")}
      onPointerMove={({ currentTarget }) => currentTarget.focus({ preventScroll: true })}
      onClick={() => {
        if (why !== null) return;
        close();
        if (item.href !== undefined) go(item.href);
        else item.onSelect?.();
      }}
    >
      <span className="flex w-4 shrink-0 justify-center">
        {item.checked ? <Check aria-hidden size={14} /> : item.icon}
      </span>
      <span className="min-w-0 flex-1">
        {item.label}
        {why !== null && <span className="block text-xs text-dim">{why}</span>}
      </span>
      {item.note !== undefined && <span className="pl-4 text-xs text-dim">{item.note}</span>}
    </button>
  );
}

function entries(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
}

function onMenuKey(event: KeyboardEvent, list: HTMLElement | null, close: () => void): void {
  const all = entries(list);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = nextEntry(event.key, at, all);
  if (event.key === "Tab" || event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (to !== undefined) {
    event.preventDefault();
    event.stopPropagation();
    to.focus();
  }
}

function nextEntry(key: string, at: number, all: HTMLElement[]): HTMLElement | undefined {
  if (key === "ArrowDown") return all[(at + 1) % all.length];
  if (key === "ArrowUp") return all.at(at <= 0 ? -1 : at - 1);
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  if (key.length !== 1 || key === " ") return undefined;
  const rotated = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  return rotated.find(({ textContent }) => textContent?.toLowerCase().startsWith(key.toLowerCase()));
}
