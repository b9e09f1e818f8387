/** Whether a media query holds, for what CSS alone cannot decide. */
import { useCallback, useSyncExternalStore } from "react";

/** @param text like `(width < 48rem)` */
export function useMedia(text: string): boolean {
  const subscribe = useCallback(
    (tell: () => void) => {
      const query = matchMedia(text);
      query.addEventListener("change", tell);
      return () => query.removeEventListener("change", tell);
    },
    [text],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(text).matches);
}
