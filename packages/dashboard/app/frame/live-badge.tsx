/** Whether changes come by themselves: a dot with a word. */
import type { ReactNode } from "react";
import { type LiveState, useLiveState } from "../data/live.ts";
import { hintHandlers } from "../parts/hint.tsx";

const words: Record<LiveState, readonly [word: string, hint: string]> = {
  off: ["Off", "Nothing is followed"],
  connecting: ["Connecting", "Connecting to the live stream"],
  live: ["Live", "Changes appear by themselves"],
  polling: ["Every 5 s", "The live stream cannot be had: pages are read again each 5 seconds"],
  asleep: ["Asleep", "The tab was hidden; it goes on when it is looked at"],
};

export function LiveBadge(): ReactNode {
  const state = useLiveState();
  const [word, hint] = words[state];
  return (
    <span className="live-badge" data-state={state} data-testid="live-state" {...hintHandlers(() => hint)}>
      <span aria-hidden className="live-dot" />
      <span className="max-sm:sr-only">{word}</span>
    </span>
  );
}
