/** A panel at the right whose width is set by dragging its edge, or by arrow keys on it. The width is kept. */
import { type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode, useState } from "react";

const STORED_AS = "stepwell.detail-width";
const LEAST = 280;
const MOST = 900;
const STEP = 32;

export function Resizer({ children }: { children: ReactNode }): ReactNode {
  const [width, setWidth] = useState(storedWidth);
  const change = (to: number) => {
    const next = Math.round(Math.min(MOST, Math.max(LEAST, to)));
    setWidth(next);
    try {
      localStorage.setItem(STORED_AS, String(next));
    } catch {
      // Private windows may refuse; the width holds as long as the page.
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = { ArrowLeft: width + STEP, ArrowRight: width - STEP, Home: MOST, End: LEAST }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    change(next);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const right = event.currentTarget.parentElement?.getBoundingClientRect().right ?? 0;
    change(right - event.clientX);
  };
  return (
    <div className="resizer" style={{ "--detail-width": `${width}px` } as CSSProperties}>
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the details"
        aria-valuenow={width}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        tabIndex={0}
        className="resizer-edge"
        onKeyDown={onKeyDown}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
      />
      {children}
    </div>
  );
}

function storedWidth(): number {
  try {
    const stored = Number(localStorage.getItem(STORED_AS));
    if (stored >= LEAST && stored <= MOST) return stored;
  } catch {
    // No storage: the default.
  }
  return 420;
}
