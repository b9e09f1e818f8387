/** A value that went in or came out. A large one is named by its size first, and can be taken as a file. */
import { Download } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { formatBytes } from "../../../data/time.tsx";
import { Button } from "../../../parts/button.tsx";
import { JsonTree } from "../../../parts/json-tree.tsx";

export interface PayloadProps {
  value: unknown;
  /** What it is. */
  label: string;
  /** Of the file that it can be saved as, without its ending. */
  name: string;
  /** First part of copied paths. */
  root?: string | undefined;
}

/** Larger ones are shown when asked for. */
const LARGE_BYTES = 256_000;

export function Payload({ value, label, name, root }: PayloadProps): ReactNode {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? "null", [value]);
  const [shown, setShown] = useState(text.length <= LARGE_BYTES);
  return (
    <div>
      {text.length > LARGE_BYTES && (
        <div className="mb-2 flex flex-wrap items-center gap-2 text-dim">
          <span>
            {label} of {formatBytes(text.length)}
          </span>
          {!shown && (
            <Button size="small" onClick={() => setShown(true)}>
              Show
            </Button>
          )}
          <Button
            size="small"
            icon={<Download aria-hidden size={14} />}
            onClick={() => saveAs(`${name}.json`, text)}
          >
            Download
          </Button>
        </div>
      )}
      {shown && <JsonTree value={value} label={label} root={root} open={text.length > 20_000 ? 1 : 2} />}
    </div>
  );
}

/** Hands a text to the browser as a file. */
export function saveAs(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name.replace(/[^\w.-]+/g, "-").slice(-120);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
