/** One line above the page when the server is away, or its clock and the browser's differ in what they say. */
import { CloudOff } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useLiveState } from "../data/live.ts";

/** Quick reconnects are nobody's business. */
const PATIENCE_MS = 2500;

export function Notices(): ReactNode {
  const state = useLiveState();
  const away = state === "connecting" || state === "polling";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!away) return setShown(false);
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [away]);
  return (
    <div role="status">
      {shown && (
        <div className="notice">
          <CloudOff aria-hidden size={14} className="shrink-0" />
          {state === "polling"
            ? "The live stream is cut off. Pages are read again each 5 seconds; what you see may be a little old."
            : "Reconnecting to the server…"}
        </div>
      )}
    </div>
  );
}
