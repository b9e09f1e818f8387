/** CodeMirror for JSON: in a chunk of its own. Tab leaves it, as everywhere; Mod-Space offers names. */
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
} from "@codemirror/autocomplete";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { linter } from "@codemirror/lint";
import { lineNumbers, placeholder as placeholderText } from "@codemirror/view";
import { EditorView, minimalSetup } from "codemirror";
import { type ReactNode, useEffect, useRef } from "react";
import { boot } from "../data/boot.ts";
import { jsonColours } from "./json-colours.ts";
import type { JsonEditorProps } from "./json-editor.tsx";
import { namesOf } from "./schema-names.ts";

/** The editor itself; `JsonEditor` loads it. */
export default function JsonEditorCode({
  value,
  onChange,
  schema,
  label,
  error,
  placeholder = "",
  lines = 8,
}: JsonEditorProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, schema });
  latest.current = { onChange, schema };
  const first = useRef(value);
  useEffect(() => {
    if (!place.current) return;
    const made = new EditorView({
      parent: place.current,
      doc: first.current,
      extensions: [
        ...(boot.nonce === null ? [] : [EditorView.cspNonce.of(boot.nonce)]),
        minimalSetup,
        lineNumbers(),
        closeBrackets(),
        json(),
        linter(jsonParseLinter(), { delay: 300 }),
        autocompletion({ override: [(context) => offer(context, latest.current.schema)] }),
        jsonColours,
        typeOver,
        EditorView.lineWrapping,
        EditorView.updateListener.of((update) => {
          if (update.docChanged) latest.current.onChange(update.state.doc.toString());
        }),
        placeholderText(placeholder),
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.theme({ ".cm-content, .cm-gutter": { minHeight: `${lines * 18 + 8}px` } }),
      ],
    });
    view.current = made;
    return () => made.destroy();
  }, [label, lines, placeholder]);
  useEffect(() => {
    const made = view.current;
    if (!made || made.state.doc.toString() === value) return;
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } });
  }, [value]);
  return <div ref={place} className="json-editor" data-wrong={error ? true : undefined} />;
}

/**
 * Text typed over a selection, put in by us: Chromium would keep the look of what it replaces in a `style`
 * attribute, which the content policy refuses.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection;
    const text = event.data;
    if (event.inputType !== "insertText" || text === null || main.empty || view.composing) return false;
    const insert = () =>
      view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, main.from, main.to, text, insert))) view.dispatch(insert());
    return true;
  },
});

/** Names of the schema where a property's name is being typed. */
function offer(context: CompletionContext, schema: JsonEditorProps["schema"]): CompletionResult | null {
  const typed = context.matchBefore(/"[\w$.-]*/);
  if (!schema || (!typed && !context.explicit)) return null;
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, (typed?.from ?? context.pos) - line.from);
  // After a colon it is a value.
  if (/:\s*$/.test(before)) return null;
  return {
    from: typed?.from ?? context.pos,
    options: namesOf(schema).map(({ name, detail }) => ({
      label: `"${name}"`,
      type: "property",
      detail,
      apply: `"${name}": `,
    })),
    validFor: /^"[\w$.-]*$/,
  };
}
