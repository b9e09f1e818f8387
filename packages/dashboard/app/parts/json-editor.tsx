/** An editor for JSON: CodeMirror, which is loaded when the first one is shown. */
import { lazy, type ReactNode, Suspense } from "react";

export interface JsonEditorProps {
  /** JSON text; it may be wrong while it is typed. */
  value: string;
  onChange(text: string): void;
  /** JSON Schema of the value: its property names are offered. */
  schema?: Record<string, unknown> | null | undefined;
  /** What is edited. */
  label: string;
  /** True: the label is also shown above. */
  labelShown?: boolean | undefined;
  /** Text for who writes nothing. */
  placeholder?: string | undefined;
  /** Why the value is refused, besides not being JSON. */
  error?: string | null | undefined;
  /** Lines that are visible at least. */
  lines?: number | undefined;
}

const CodeEditor = lazy(() => import("./json-editor-code.tsx"));

/** The editor; until it is there, a plain field that keeps what is typed. */
export function JsonEditor(props: JsonEditorProps): ReactNode {
  const { value, onChange, label, labelShown, error, lines = 8 } = props;
  return (
    <div>
      {labelShown && (
        <div aria-hidden className="mb-1 font-medium text-ink">
          {label}
        </div>
      )}
      <Suspense
        fallback={
          <textarea
            aria-label={label}
            className="field field-area font-mono"
            rows={lines}
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
        }
      >
        <CodeEditor {...props} />
      </Suspense>
      {error && (
        <p role="alert" className="mt-1 text-xs font-medium text-failed">
          {error}
        </p>
      )}
    </div>
  );
}
