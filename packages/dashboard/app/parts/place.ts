/** Where something that floats goes: below what it belongs to, or above where there is no room. */

const GAP = 6;
const EDGE = 8;

/** Puts an element that is already shown beside a box of the window. */
export function placeBeside(element: HTMLElement, box: DOMRect, align: "start" | "centre" | "end"): void {
  const { offsetWidth: width, offsetHeight: height } = element;
  const wanted =
    align === "start" ? box.left : align === "end" ? box.right - width : box.left + (box.width - width) / 2;
  const left = Math.max(EDGE, Math.min(wanted, innerWidth - width - EDGE));
  const below = box.bottom + GAP;
  const fits = below + height <= innerHeight - EDGE;
  const top = fits ? below : Math.max(EDGE, box.top - GAP - height);
  element.style.left = `${Math.round(left)}px`;
  element.style.top = `${Math.round(top)}px`;
}
