/** Counts with their nouns, and shares. */
import { formatCount } from "../data/time-text.ts";

/** `1 run`, `2,000 runs`. */
export function countOf(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A share in percent with one decimal near the ends, so that "0 %" means none and "100 %" all. */
export function percentOf(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0 %";
  const percent = (part / whole) * 100;
  if (percent < 0.1) return "< 0.1 %";
  const shown = part < whole ? Math.min(percent, 99.9) : percent;
  return `${shown < 10 || shown > 99 ? Number(shown.toFixed(1)) : Math.round(shown)} %`;
}
