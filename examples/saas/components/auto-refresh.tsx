"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** While it is on the page, the page asks for news; without JavaScript there is a link. */
export function AutoRefresh({ everyMs }: { everyMs: number }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [router, everyMs]);
  return null;
}
