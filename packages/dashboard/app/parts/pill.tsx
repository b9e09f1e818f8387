/** A chip: a term of a filter that can be removed, or a choice that can be switched. */
import clsx from "clsx";
import { X } from "lucide-react";
import type { ReactNode } from "react";

export interface PillProps {
  children: ReactNode;
  /** Pressed when it is given: a switch. */
  pressed?: boolean | undefined;
  onPress?: (() => void) | undefined;
  /** Given: a button at the end removes it. */
  onRemove?: (() => void) | undefined;
  /** Words for that button. */
  removeLabel?: string | undefined;
  /** Why the term is wrong. */
  error?: string | undefined;
}

/** A chip. */
export function Pill({
  children,
  pressed,
  onPress,
  onRemove,
  removeLabel = "Remove",
  error,
}: PillProps): ReactNode {
  return (
    <span className={clsx("pill", pressed && "pill-pressed", error && "pill-wrong")} title={error}>
      {onPress ? (
        <button type="button" className="pill-main" aria-pressed={pressed} onClick={onPress}>
          {children}
        </button>
      ) : (
        <span className="pill-main">{children}</span>
      )}
      {error && <span className="sr-only">: {error}</span>}
      {onRemove && (
        <button type="button" className="pill-remove" aria-label={removeLabel} onClick={onRemove}>
          <X aria-hidden size={12} />
        </button>
      )}
    </span>
  );
}
