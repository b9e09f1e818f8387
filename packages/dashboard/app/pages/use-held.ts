/** Whether somebody is busy with a list: it was scrolled, or the pointer or the focus is in its rows. */
import { type FocusEvent, type PointerEvent, useEffect, useState } from "react";

const SCROLLED_PX = 80;

export interface Held {
  held: boolean;
  /** For the element around the list. */
  props: {
    onPointerEnter(event: PointerEvent): void;
    onPointerLeave(): void;
    onFocus(): void;
    onBlur(event: FocusEvent): void;
  };
}

export function useHeld(): Held {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  useEffect(() => {
    const look = () => setScrolled(scrollY > SCROLLED_PX);
    look();
    addEventListener("scroll", look, { passive: true });
    return () => removeEventListener("scroll", look);
  }, []);
  return {
    held: pointed || focused || scrolled,
    props: {
      // A finger that was lifted does not always leave.
      onPointerEnter: ({ pointerType }) => pointerType === "mouse" && setPointed(true),
      onPointerLeave: () => setPointed(false),
      onFocus: () => setFocused(true),
      onBlur: ({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setFocused(false);
      },
    },
  };
}
