/** Tells screen readers that runs failed, at most every ten seconds. */
import { useEffect, useRef } from "react";
import { announce } from "../../../parts/toasts.tsx";
import type { RunRows } from "./run-rows.ts";

const EVERY_MS = 10_000;

export function useFailureNews({ rows, changed }: RunRows): void {
  const news = useRef<{ count: number; timer: ReturnType<typeof setTimeout> | undefined }>({
    count: 0,
    timer: undefined,
  });
  useEffect(() => {
    if (changed.size === 0) return;
    const waiting = news.current;
    waiting.count += rows.filter(({ id, status }) => status === "failed" && changed.has(id)).length;
    if (waiting.count === 0 || waiting.timer !== undefined) return;
    announce(words(waiting.count));
    waiting.count = 0;
    waiting.timer = setTimeout(() => {
      waiting.timer = undefined;
      if (waiting.count > 0) announce(words(waiting.count));
      waiting.count = 0;
    }, EVERY_MS);
  }, [rows, changed]);
  useEffect(() => () => clearTimeout(news.current.timer), []);
}

function words(count: number): string {
  return count === 1 ? "1 run failed" : `${count} runs failed`;
}
