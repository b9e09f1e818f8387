/** The one-time token of the set-up link, which comes in the fragment: browsers send that to nobody. */
import { useEffect, useState } from "react";

/** The token in a fragment like `#token=…`; null: there is none. */
export function tokenIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") || null;
}

/**
 * The token of the address, which is taken out of it at once: it is not to stay in the history, on a
 * screenshot, or in a link that is passed on.
 */
export function useToken(): string | null {
  const [token, setToken] = useState(() => tokenIn(location.hash));
  useEffect(() => {
    const take = () => {
      const found = tokenIn(location.hash);
      if (found === null) return;
      setToken(found);
      history.replaceState(history.state, "", location.pathname + location.search);
    };
    take();
    addEventListener("hashchange", take);
    return () => removeEventListener("hashchange", take);
  }, []);
  return token;
}
