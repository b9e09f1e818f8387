/** Copies a text, and says so. */
import { Check, CopyIcon } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "./button.tsx";
import { announce } from "./toasts.tsx";

export interface CopyProps {
  text: string | (() => string);
  /** What the button does, like "Copy the run's id". */
  label: string;
  /** Words on the button; absent: an icon only. */
  children?: ReactNode;
}

/** A button that copies. */
export function Copy({ text, label, children }: CopyProps): ReactNode {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const Icon = copied ? Check : CopyIcon;
  return (
    <Button
      kind="quiet"
      size="small"
      label={label}
      icon={<Icon aria-hidden size={14} />}
      onClick={async (event) => {
        event.stopPropagation();
        const done = await copyText(typeof text === "function" ? text() : text);
        setCopied(done);
        announce(done ? "Copied" : "The browser refused to copy");
      }}
    >
      {children}
    </Button>
  );
}

/** Puts a text on the clipboard; false: the browser refused. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Over plain http the clipboard's own interface is missing. */
function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
