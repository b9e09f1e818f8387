/** The end of a list that goes on: a button, and loading by itself when it comes into view. */
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "./button.tsx";

export interface LoadMoreProps {
  more: boolean;
  loading: boolean;
  onMore(): void;
  /** Instead of "Load more". */
  label?: string | undefined;
  /** False: only the button loads, as after a failure, which would be repeated without end otherwise. */
  automatic?: boolean | undefined;
  /** What is said where nothing follows. */
  end?: ReactNode;
}

/** Loads the next page of a list. */
export function LoadMore({
  more,
  loading,
  onMore,
  label = "Load more",
  automatic = true,
  end,
}: LoadMoreProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const load = useRef(onMore);
  load.current = onMore;
  const watches = automatic && more && !loading;
  useEffect(() => {
    if (!watches || !place.current) return;
    const watcher = new IntersectionObserver(([entry]) => entry?.isIntersecting && load.current(), {
      rootMargin: "400px",
    });
    watcher.observe(place.current);
    return () => watcher.disconnect();
  }, [watches]);
  if (!more) return end === undefined ? null : <div className="p-3 text-center text-xs text-dim">{end}</div>;
  return (
    <div ref={place} className="flex justify-center p-3">
      <Button size="small" busy={loading} onClick={onMore}>
        {loading ? "Loading…" : label}
      </Button>
    </div>
  );
}
