/** Code and other text as it is: monospaced, scrolled by itself, with a button that copies. */
import clsx from "clsx";
import type { ReactNode } from "react";
import { Copy } from "./copy.tsx";

export interface CodeProps {
  text: string;
  /** For the label only; nothing is coloured. */
  language?: string | undefined;
  /** What it is, for the copy button and screen readers. */
  label?: string | undefined;
  /** True: long lines are broken. */
  wrap?: boolean | undefined;
  className?: string | undefined;
}

/** A block of code. */
export function Code({ text, language, label, wrap, className }: CodeProps): ReactNode {
  const what = label ?? (language === undefined ? "code" : `${language} code`);
  return (
    <div className={clsx("code-block", className)}>
      <pre
        tabIndex={0}
        role="region"
        aria-label={what}
        className={wrap ? "whitespace-pre-wrap break-words" : ""}
      >
        <code>{text}</code>
      </pre>
      <div className="code-copy">
        <Copy text={text} label={`Copy the ${what}`} />
      </div>
    </div>
  );
}
