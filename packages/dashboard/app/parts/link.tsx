/** Links within the dashboard: a real address below the base, followed without loading the page again. */
import { useRouter } from "@tanstack/react-router";
import { type AnchorHTMLAttributes, type MouseEvent, type ReactNode, useCallback } from "react";
import { boot } from "../data/boot.ts";

export interface AppLinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  /** Below the base, like `/runs?q=status:failed`. */
  href: string;
}

/** A link to a page of the dashboard. */
export function AppLink({ href, onClick, onPointerEnter, ...rest }: AppLinkProps): ReactNode {
  const go = useGo();
  const router = useRouter();
  return (
    <a
      {...rest}
      href={boot.base + href}
      onPointerEnter={(event) => {
        onPointerEnter?.(event);
        // The page's chunk is on its way before the click.
        const to = href.replace(/[?#].*/, "");
        router.preloadRoute({ to } as never).catch(() => {});
      }}
      onClick={(event) => {
        onClick?.(event);
        if (isPlainClick(event)) {
          event.preventDefault();
          go(href);
        }
      }}
    />
  );
}

/** Goes to an address below the base. */
export function useGo(): (href: string, options?: { replace?: boolean }) => void {
  const { history } = useRouter();
  return useCallback(
    (href, { replace = false } = {}) =>
      replace ? history.replace(boot.base + href) : history.push(boot.base + href),
    [history],
  );
}

/** Whether a click is to stay in this tab. */
export function isPlainClick(event: MouseEvent): boolean {
  return !(
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  );
}
