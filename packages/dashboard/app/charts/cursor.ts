/**
 * The cursor of a chart: a point, or a span from `anchor` to `at`. Keys do all that a pointer can (WCAG 2.5.7):
 * arrows move, with Shift they extend, Page Up and Down move by a tenth, Home and End go to the ends.
 */

export interface Cursor {
  at: number;
  anchor: number;
}

/** The cursor after a key; `null`: the key takes it away; `undefined`: the key is not of the cursor. */
export function moveCursor(
  cursor: Cursor | null,
  key: string,
  shift: boolean,
  count: number,
): Cursor | null | undefined {
  if (count === 0) return undefined;
  if (key === "Escape") return cursor ? null : undefined;
  const from = cursor?.at ?? count;
  const to = targetOf(key, from, count);
  if (to === undefined) return undefined;
  const at = Math.max(0, Math.min(count - 1, to));
  return { at, anchor: shift && cursor ? cursor.anchor : at };
}

function targetOf(key: string, from: number, count: number): number | undefined {
  const page = Math.max(1, Math.round(count / 10));
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return from - 1;
    case "ArrowRight":
    case "ArrowUp":
      return from + 1;
    case "PageDown":
      return from - page;
    case "PageUp":
      return from + page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
