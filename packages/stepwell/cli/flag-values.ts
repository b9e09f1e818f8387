/** How the texts of flags are read. Nothing here repeats a wrong text: it may be a key. */
import type { Flag } from "./flags.ts";

type Read = Flag["read"];

export const text: Read = (value) => ({ value });

export const number: Read = (value) =>
  /^\d{1,15}$/.test(value.trim()) ? { value: Number(value) } : { expected: "a whole number" };

const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `30s`, `5m`, `1h30m`; a bare number is seconds, as in the flags of other servers. Not the core's own
 * reader: loading the core takes longer than all else that a short command does.
 */
export const duration: Read = (value) => {
  const trimmed = value.trim();
  if (/^\d{1,12}$/.test(trimmed)) return { value: Number(trimmed) * 1_000 };
  if (!/^(?:\d{1,12}(?:\.\d{1,3})?(?:ms|s|m|h|d))+$/.test(trimmed))
    return { expected: "a duration like 30s, 5m or 2h" };
  let ms = 0;
  for (const [, count, unit] of trimmed.matchAll(/([\d.]+)(ms|s|m|h|d)/g))
    ms += Number(count) * (unitMs[unit ?? ""] ?? 0);
  return { value: Math.round(ms) };
};

/** A duration whose 0 means "not set". */
export const durationOrNone: Read = (value) => {
  const read = duration(value);
  return "value" in read && read.value === 0 ? { value: null } : read;
};

const unitBytes: Record<string, number> = {
  "": 1,
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
};
export const bytes: Read = (value) => {
  const match = /^(\d{1,12})\s*([a-z]*)$/i.exec(value.trim());
  const unit = unitBytes[(match?.[2] ?? "?").toLowerCase()];
  if (match === null || unit === undefined) return { expected: "a size like 64MiB" };
  return { value: Number(match[1]) * unit };
};

/** A switch: given is on. */
export const on: Read = (value) => {
  const word = value.toLowerCase();
  if (["true", "1", "yes"].includes(word)) return { value: true };
  return ["false", "0", "no"].includes(word) ? { value: false } : { expected: "true or false" };
};

/** `--no-poll`: given is an interval of 0. */
export const zero: Read = () => ({ value: 0 });

/** `--no-discovery`, `--no-ui`: given is off. */
export const off: Read = () => ({ value: false });

export const oneOf =
  (...words: string[]): Read =>
  (value) =>
    words.includes(value) ? { value } : { expected: words.join(" or ") };
