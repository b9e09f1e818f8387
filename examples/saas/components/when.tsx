"use client";

import { useId, useState } from "react";

/**
 * A moment in relative words; the whole of it shows on hover and on focus (a `title` would not be
 * reachable by keyboard). Escape hides it again.
 */
export function When({ iso, text, absolute }: { iso: string; text: string; absolute: string }) {
  const id = useId();
  const [isHidden, setHidden] = useState(false);
  return (
    <span
      className="group relative inline-block"
      onKeyDown={({ key }) => key === "Escape" && setHidden(true)}
      onBlur={() => setHidden(false)}
      onMouseLeave={() => setHidden(false)}
    >
      <time
        dateTime={iso}
        tabIndex={0}
        aria-describedby={id}
        className="rounded-sm underline decoration-dotted underline-offset-4"
      >
        {text}
      </time>
      <span
        id={id}
        role="tooltip"
        className={`absolute bottom-full left-0 z-10 w-max rounded-md bg-slate-900 px-2 py-1 text-xs text-white dark:bg-slate-100 dark:text-slate-900 ${
          isHidden ? "hidden" : "hidden group-focus-within:block group-hover:block"
        }`}
      >
        {absolute}
      </span>
    </span>
  );
}
