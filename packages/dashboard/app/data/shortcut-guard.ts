/** When a single key is a shortcut, and when it is text or belongs to something else: pure but for the event. */

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  repeat: boolean;
}
export interface Place {
  /** Name of the focused element, in capitals. */
  tag: string;
  /** Of an input. */
  type: string;
  editable: boolean;
  /** A dialog, menu or other popover is open around it or above everything. */
  covered: boolean;
}

const TEXTLESS = new Set([
  "checkbox",
  "radio",
  "button",
  "submit",
  "reset",
  "range",
  "color",
  "file",
  "image",
]);

/** Whether the focus is where a key writes text or chooses by it. */
export function takesText({ tag, type, editable }: Place): boolean {
  if (editable || tag === "TEXTAREA" || tag === "SELECT") return true;
  return tag === "INPUT" && !TEXTLESS.has(type);
}

/**
 * Whether a key is to be left alone.
 * @param enabled the person's choice: single keys can be switched off
 */
export function isIgnored(pressed: Pressed, place: Place, enabled: boolean): boolean {
  if (pressed.isComposing || (pressed.repeat && !"jk".includes(pressed.key))) return true;
  const modified = pressed.ctrlKey || pressed.metaKey || pressed.altKey;
  // The palette's own key works everywhere but above another dialog.
  if (modified) return place.covered;
  return !enabled || place.covered || takesText(place);
}

/** Where the focus of an event is. */
export function placeOf(event: Event): Place {
  const target = event.target instanceof HTMLElement ? event.target : null;
  return {
    tag: target?.tagName ?? "",
    type: target instanceof HTMLInputElement ? target.type : "",
    editable: target?.isContentEditable ?? false,
    covered: document.querySelector("dialog[open], [role=menu]:popover-open") !== null,
  };
}
