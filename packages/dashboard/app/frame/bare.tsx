/** A page without navigation: one panel in the middle, for signing in, setting up, and closed doors. */
import { type ReactNode, useEffect } from "react";
import { noteShown } from "../parts/page.tsx";
import { Mark } from "./mark.tsx";

export function Bare({
  title,
  children,
  note,
}: {
  title: string;
  children: ReactNode;
  note?: ReactNode;
}): ReactNode {
  useEffect(() => {
    document.title = title === "Stepwell" ? title : `${title} · Stepwell`;
    noteShown();
  }, [title]);
  return (
    <main className="bare">
      <div className="bare-panel">
        <div className="mb-6 flex items-center gap-2 text-ink">
          <Mark size={24} />
          <span className="text-base font-semibold">Stepwell</span>
        </div>
        <div className="card p-6">
          <h1 className="mb-4 text-xl font-semibold tracking-tight">{title}</h1>
          {children}
        </div>
        {note !== undefined && <div className="mt-4 text-center text-xs text-dim">{note}</div>}
      </div>
    </main>
  );
}
