/** Colours of the JSON editor, by the same variables as the rest of the page. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { tags } from "@lezer/highlight";

export const jsonColours: Extension = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.propertyName, color: "var(--sw-ink)" },
    { tag: tags.string, color: "var(--sw-completed)" },
    { tag: tags.number, color: "var(--sw-accent)" },
    { tag: [tags.bool, tags.null], color: "var(--sw-waiting)" },
    { tag: tags.punctuation, color: "var(--sw-faint)" },
  ]),
);
