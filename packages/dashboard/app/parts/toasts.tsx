/** Short news in a polite live region: what was done, or why not. */
import { CircleCheck, Info, OctagonX, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "./button.tsx";

export interface Toast {
  kind: "success" | "failure" | "notice";
  title: string;
  text?: string | undefined;
  requestId?: string | null | undefined;
  /** One thing to do about it. */
  action?: { label: string; run(): void } | undefined;
}
interface Shown extends Toast {
  id: number;
}

const MOST = 4;
const SHOWN_FOR_MS = { success: 5000, notice: 7000, failure: 12_000 };
let toasts: readonly Shown[] = [];
let last = 0;
const listeners = new Set<() => void>();

function change(next: readonly Shown[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Shows a toast; usable outside of components, too. */
export function showToast(toast: Toast): void {
  change([...toasts, { ...toast, id: ++last }].slice(-MOST));
}

/** Gives the function that shows a toast. */
export function useToast(): (toast: Toast) => void {
  return showToast;
}

let say: (words: string) => void = () => {};
/** Words for screen readers only. */
export function announce(words: string): void {
  say(words);
}

/** The corner with the toasts. Once, in the frame. */
export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  const [words, setWords] = useState("");
  const corner = useRef<HTMLDivElement>(null);
  useEffect(() => {
    say = setWords;
  }, []);
  useEffect(() => {
    // A popover is drawn above dialogs; shown anew, it is above the newest.
    corner.current?.hidePopover();
    if (shown.length > 0) corner.current?.showPopover();
  }, [shown]);
  return (
    <>
      <div ref={corner} popover="manual" className="toasts" role="status" aria-live="polite">
        {shown.map((toast) => (
          <ToastCard
            key={toast.id}
            toast={toast}
            close={() => change(toasts.filter(({ id }) => id !== toast.id))}
          />
        ))}
      </div>
      <div className="sr-only" role="status" aria-live="polite">
        {words}
      </div>
    </>
  );
}

const icons = { success: CircleCheck, failure: OctagonX, notice: Info };

function ToastCard({ toast, close }: { toast: Shown; close(): void }): ReactNode {
  const Icon = icons[toast.kind];
  const [held, setHeld] = useState(false);
  const closeNow = useRef(close);
  closeNow.current = close;
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => closeNow.current(), SHOWN_FOR_MS[toast.kind]);
    return () => clearTimeout(timer);
  }, [held, toast.kind]);
  return (
    <div
      className="toast"
      data-kind={toast.kind}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon aria-hidden size={16} className="toast-icon" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold break-words">{toast.title}</p>
        {toast.text && <p className="break-words text-dim">{toast.text}</p>}
        {toast.requestId && <p className="truncate text-xs text-faint">Request {toast.requestId}</p>}
        {toast.action && (
          <Button
            size="small"
            className="mt-2"
            onClick={() => {
              toast.action?.run();
              close();
            }}
          >
            {toast.action.label}
          </Button>
        )}
      </div>
      <Button kind="quiet" size="small" label="Close" icon={<X aria-hidden size={14} />} onClick={close} />
    </div>
  );
}
