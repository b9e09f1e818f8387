/**
 * Tooltips: one bubble for the whole page, shown beside whatever was hovered or focused. It can be
 * hovered itself, Escape hides it, and its anchor is described by it while it is shown.
 */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { placeBeside } from "./place.ts";

const ID = "stepwell-hint";
const SHOW_AFTER_MS = 250;
const HIDE_AFTER_MS = 120;

interface Shown {
  anchor: Element;
  text: string;
}
let current: Shown | null = null;
let tell: (shown: Shown | null) => void = () => {};
let timer: ReturnType<typeof setTimeout> | undefined;

function later(next: Shown | null, ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => change(next), ms);
}
function change(next: Shown | null): void {
  clearTimeout(timer);
  current?.anchor.removeAttribute("aria-describedby");
  current = next?.anchor.isConnected ? next : null;
  current?.anchor.setAttribute("aria-describedby", ID);
  tell(current);
}

/** Handlers for an element that gets a hint; the text is made when it is needed. Lines are kept. */
export function hintHandlers(text: () => string): {
  onPointerEnter(event: React.PointerEvent): void;
  onPointerLeave(): void;
  onFocus(event: React.FocusEvent): void;
  onBlur(): void;
} {
  return {
    onPointerEnter: ({ currentTarget, pointerType }) =>
      pointerType !== "touch" && later({ anchor: currentTarget, text: text() }, SHOW_AFTER_MS),
    onPointerLeave: () => later(null, HIDE_AFTER_MS),
    onFocus: ({ currentTarget }) =>
      currentTarget.matches(":focus-visible") && change({ anchor: currentTarget, text: text() }),
    onBlur: () => change(null),
  };
}

/** A hint for what is inside; a control inside keeps its own focus. */
export function Hint({
  text,
  children,
  className,
}: {
  text: string;
  children: ReactNode;
  className?: string | undefined;
}): ReactNode {
  return (
    <span className={className ?? "inline-flex min-w-0"} {...hintHandlers(() => text)}>
      {children}
    </span>
  );
}

/** The bubble. Once, in the frame. */
export function HintLayer(): ReactNode {
  const [shown, setShown] = useState<Shown | null>(null);
  const bubble = useRef<HTMLDivElement>(null);
  useEffect(() => {
    tell = setShown;
    const hide = (event: Event) => {
      if (current && (!(event instanceof KeyboardEvent) || event.key === "Escape")) change(null);
    };
    addEventListener("keydown", hide);
    addEventListener("scroll", hide, true);
    return () => {
      tell = () => {};
      removeEventListener("keydown", hide);
      removeEventListener("scroll", hide, true);
    };
  }, []);
  useLayoutEffect(() => {
    const element = bubble.current;
    if (!element) return;
    if (shown === null) return element.hidePopover();
    element.showPopover();
    placeBeside(element, shown.anchor.getBoundingClientRect(), "centre");
  }, [shown]);
  return (
    <div
      ref={bubble}
      id={ID}
      role="tooltip"
      popover="manual"
      className="hint-bubble"
      onPointerEnter={() => clearTimeout(timer)}
      onPointerLeave={() => later(null, HIDE_AFTER_MS)}
    >
      {shown?.text}
    </div>
  );
}
