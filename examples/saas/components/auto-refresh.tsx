"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useTransition } from "react";

/** While it is on the page, the page asks for news; without JavaScript there is a link. */
export function AutoRefresh({ everyMs }: { everyMs: number }) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  // A refresh over one that is under way, or over a link that was just followed, would begin it anew.
  const isBusy = useRef(isPending);
  isBusy.current = isPending;
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "hidden" || isBusy.current) return;
      startTransition(() => router.refresh());
    }, everyMs);
    return () => clearInterval(timer);
  }, [router, everyMs]);
  return null;
}
