/**
 * A JSON value as a tree that opens and closes. Text is text: nothing in it is taken for HTML, and only
 * http(s) addresses become links. Long texts and long lists are shown in parts.
 */
import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Copy } from "./copy.tsx";
import { type JsonKind, jsonText, kindOf, partsOf, pathText, summaryOf } from "./json-text.ts";

const LONG_TEXT = 400;
const PARTS_AT_ONCE = 100;

export interface JsonTreeProps {
  value: unknown;
  /** What it is, for screen readers and the copy button. */
  label?: string | undefined;
  /** How many levels are open at first. */
  open?: number | undefined;
  /** First part of copied paths, like `event.data`. */
  root?: string | undefined;
  className?: string | undefined;
}

/** A JSON value. */
export function JsonTree({ value, label = "JSON", open = 2, root, className }: JsonTreeProps): ReactNode {
  const path = root === undefined ? [] : [root];
  return (
    <div className={`json ${className ?? ""}`}>
      <ul aria-label={label} className="m-0 min-w-0 list-none p-0">
        <Node name={null} value={value} path={path} level={0} open={open} />
      </ul>
      <div className="code-copy">
        <Copy text={() => jsonText(value)} label={`Copy ${label}`} />
      </div>
    </div>
  );
}

interface NodeProps {
  name: string | number | null;
  value: unknown;
  path: readonly (string | number)[];
  level: number;
  open: number;
}

function Node({ name, value, path, level, open }: NodeProps): ReactNode {
  const kind = kindOf(value);
  const parts = kind === "object" || kind === "array" ? partsOf(value) : [];
  const [isOpen, setOpen] = useState(level < open && parts.length > 0);
  const [shown, setShown] = useState(PARTS_AT_ONCE);
  const key = name === null ? null : <span className="json-key">{name}</span>;
  return (
    <li className="json-node">
      <div className="json-line">
        {parts.length > 0 ? (
          <button
            type="button"
            className="json-toggle"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <ChevronRight aria-hidden size={12} className="json-arrow" />
            {key ?? <span className="text-dim">{kind === "array" ? "list" : "object"}</span>}
            <span className="json-summary">
              {isOpen && kind === "object" ? `${parts.length}` : summaryOf(value)}
            </span>
          </button>
        ) : (
          <span className="json-leaf">
            {key}
            {key && <span className="text-faint">: </span>}
            <Leaf kind={kind} value={value} />
          </span>
        )}
        <span className="json-acts">
          {path.length > 0 && <Copy text={pathText(path)} label={`Copy the path ${pathText(path)}`} />}
        </span>
      </div>
      {isOpen && (
        <ul className="json-parts">
          {parts.slice(0, shown).map(([part, child]) => (
            <Node key={part} name={part} value={child} path={[...path, part]} level={level + 1} open={open} />
          ))}
          {parts.length > shown && (
            <li>
              <button
                type="button"
                className="json-more"
                onClick={() => setShown(shown + 10 * PARTS_AT_ONCE)}
              >
                {parts.length - shown} more
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function Leaf({ kind, value }: { kind: JsonKind; value: unknown }): ReactNode {
  const [whole, setWhole] = useState(false);
  if (kind !== "string") {
    const text = kind === "object" ? "{}" : kind === "array" ? "[]" : String(value);
    return <span className={`json-${kind}`}>{text}</span>;
  }
  const text = String(value);
  if (/^https?:\/\/[^\s]+$/.test(text) && text.length < LONG_TEXT)
    return (
      <a className="json-string underline" href={text} target="_blank" rel="noopener noreferrer">
        {text}
      </a>
    );
  return (
    <span className="json-string">
      "{whole ? text : text.slice(0, LONG_TEXT)}"
      {text.length > LONG_TEXT && (
        <button type="button" className="json-more" onClick={() => setWhole(!whole)}>
          {whole ? "less" : `… ${text.length - LONG_TEXT} more characters`}
        </button>
      )}
    </span>
  );
}
