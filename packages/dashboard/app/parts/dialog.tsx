/** Dialogs and drawers: the browser's own `<dialog>`, which keeps the focus inside and gives it back. */
import { X } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "./button.tsx";

export interface DialogProps {
  open: boolean;
  onClose(): void;
  title: ReactNode;
  children: ReactNode;
  /** Buttons, the main one last. */
  footer?: ReactNode;
  /** Given: the whole is a form, and its main button is of type `submit`. */
  onSubmit?: (() => void) | undefined;
  /** True: what it shows is shown once, so only its buttons close it. */
  keep?: boolean | undefined;
  size?: "normal" | "wide" | undefined;
  testId?: string | undefined;
}

/** A dialog in the middle. Escape closes it; a click beside it, too, where nothing typed would be lost. */
export function Dialog(props: DialogProps): ReactNode {
  return props.open ? <OpenDialog {...props} look="dialog" /> : null;
}

/** The same at the right edge; a sheet from below on phones. */
export function Drawer(props: DialogProps): ReactNode {
  return props.open ? <OpenDialog {...props} look="drawer" /> : null;
}

function OpenDialog({
  onClose,
  title,
  children,
  footer,
  onSubmit,
  keep = false,
  size,
  look,
  testId,
}: DialogProps & { look: "dialog" | "drawer" }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    if (element && !element.open) {
      element.showModal();
      focusFirst(element);
    }
    // Removed from the page while open, a dialog does not give the focus back by itself.
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const pressedAt = useRef<EventTarget | null>(null);
  const content = (
    <>
      <header className="dialog-header">
        <h2 id={id} tabIndex={-1} className="dialog-title">
          {title}
        </h2>
        <Button
          kind="quiet"
          size="small"
          label="Close"
          icon={<X aria-hidden size={16} />}
          onClick={onClose}
        />
      </header>
      <div className="dialog-body">{children}</div>
      {footer !== undefined && <footer className="dialog-footer">{footer}</footer>}
    </>
  );
  return (
    <dialog
      ref={dialog}
      className={size === "wide" ? `${look} ${look}-wide` : look}
      aria-labelledby={id}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        if (!keep) onClose();
      }}
      onPointerDown={({ target }) => {
        pressedAt.current = target;
      }}
      onClick={({ target, currentTarget }) => {
        const beside = target === currentTarget && pressedAt.current === currentTarget;
        if (beside && !keep && onSubmit === undefined) onClose();
      }}
    >
      {onSubmit ? (
        <form className="dialog-content" noValidate onSubmit={(event) => submit(event, onSubmit)}>
          {content}
        </form>
      ) : (
        <div className="dialog-content">{content}</div>
      )}
    </dialog>
  );
}

/** What has `data-autofocus`, the first field, or the title: the button that closes is no place to begin. */
function focusFirst(dialog: HTMLDialogElement): void {
  const chosen = dialog.querySelector<HTMLElement>("[data-autofocus]");
  const field = dialog.querySelector<HTMLElement>(
    ".dialog-body :is(input, select, textarea):not([disabled], [type=hidden])",
  );
  (chosen ?? field ?? dialog.querySelector<HTMLElement>(".dialog-title"))?.focus();
}

function submit(event: FormEvent, onSubmit: () => void): void {
  event.preventDefault();
  event.stopPropagation();
  onSubmit();
}
