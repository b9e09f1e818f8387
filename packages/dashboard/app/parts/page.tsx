/** The frame of every page: its one `h1`, the title of the tab, actions, and where the focus goes. */
import type { SessionView } from "@stepwell/api/dashboard";
import { useQueryClient } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { sessionKey } from "../data/session.ts";

export interface PageProps {
  /** Of the tab, and of the page where `heading` is not given. */
  title: string;
  /** The heading, where it is more than the title (with a badge, say). */
  heading?: ReactNode;
  /** Small line above the heading: where this page belongs. */
  above?: ReactNode;
  /** Small line below the heading. */
  below?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** True: the page uses the whole width; otherwise it stops at a readable one. */
  wide?: boolean;
}

let shownPath: string | null = null;
let moved = false;

/** To be called by what is shown without `Page`: the next page is then not the first, and takes the focus. */
export function noteShown(): void {
  shownPath ??= "";
}

/** A page. When the address leads to another page, its heading takes the focus. */
export function Page({ title, heading, above, below, actions, children, wide = true }: PageProps): ReactNode {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // Read from the cache: a failure is a page, too, and may come before the session is known.
  const mode = useQueryClient().getQueryData<SessionView>(sessionKey)?.mode;
  const h1 = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const server = mode === "dev" ? "Stepwell dev" : "Stepwell";
    document.title = title === "" ? server : `${title} · ${server}`;
  }, [title, mode]);
  useEffect(() => {
    // The first page leaves the focus at the top of the document, where a browser puts it. A page that
    // takes the place of its own skeleton only takes a focus that was lost.
    if (shownPath !== null && (shownPath !== path || (moved && document.activeElement === document.body))) {
      h1.current?.focus({ preventScroll: true });
      moved = true;
    }
    shownPath = path;
  }, [path]);
  return (
    <div className={wide ? "page" : "page page-narrow"}>
      <header className="page-header">
        <div className="min-w-0 flex-[1_1_16rem]">
          {above !== undefined && <div className="mb-1 text-xs text-dim">{above}</div>}
          <h1 ref={h1} tabIndex={-1} className="page-title">
            {heading ?? title}
          </h1>
        </div>
        {below !== undefined && <div className="page-below">{below}</div>}
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
