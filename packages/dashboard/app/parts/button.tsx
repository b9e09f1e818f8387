/** Buttons and links that look like them. What may not be pressed stays visible and says why. */
import clsx from "clsx";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { hintHandlers } from "./hint.tsx";
import { AppLink, type AppLinkProps } from "./link.tsx";

export type ButtonKind = "primary" | "secondary" | "quiet" | "danger";

interface Look {
  kind?: ButtonKind | undefined;
  size?: "small" | "normal" | undefined;
  icon?: ReactNode;
}
export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Look {
  /** Why it may not be pressed: it stays focusable, and the words are its hint. `true`: it may. */
  disabledWhy?: string | true | null | undefined;
  /** It was pressed and the answer is awaited. */
  busy?: boolean | undefined;
  /** Words for a button that shows an icon only; they are its hint, too. */
  label?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
}

function looks({ kind = "secondary", size = "normal" }: Look, iconOnly: boolean, className?: string): string {
  return clsx(
    "button",
    `button-${kind}`,
    size === "small" && "button-small",
    iconOnly && "button-icon",
    className,
  );
}

/** A button. Without `kind` it is a plain one; `disabledWhy` and `busy` keep the focus where it is. */
export function Button({
  kind,
  size,
  icon,
  disabledWhy,
  busy,
  label,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps): ReactNode {
  const why = typeof disabledWhy === "string" ? disabledWhy : null;
  const hint = why ?? (children === undefined ? label : undefined);
  return (
    <button
      type="button"
      {...rest}
      {...(hint !== undefined && hintHandlers(() => hint))}
      aria-label={label}
      aria-disabled={why !== null || busy ? true : undefined}
      aria-busy={busy || undefined}
      className={looks({ kind, size }, children === undefined, className)}
      onClick={(event) => {
        if (why !== null || busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon}
      {children}
      {why !== null && <span className="sr-only"> ({why})</span>}
    </button>
  );
}

/** A link within the dashboard that looks like a button. */
export function LinkButton({
  kind,
  size,
  icon,
  className,
  children,
  ...rest
}: AppLinkProps & Look): ReactNode {
  return (
    <AppLink {...rest} className={looks({ kind, size }, children === undefined, className)}>
      {icon}
      {children}
    </AppLink>
  );
}
