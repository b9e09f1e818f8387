/**
 * Flow-control options that wait for a later version. They are checked all the same, so that a
 * mistake in them is told as a mistake and not as "wait for the next version" (semantics §6.0, §6.1, §12).
 * When an option is built, its lines leave this file.
 */
import type { DurationMs, JsonObject } from "@stepwell/core";
import { type Findings, isAbsent } from "./function-config.ts";
import { isObject } from "./json.ts";

const OPTIONS = [
  "idempotency",
  "batchEvents",
  "rateLimit",
  "throttle",
  "debounce",
  "priority",
  "singleton",
] as const;
const SECOND = 1000;
const DAY = 86_400_000;

/** What batches cannot be combined with (semantics §6.1). */
const NOT_WITH_BATCH = ["cancel", "debounce", "singleton", "priority"] as const;

interface Span {
  option: (typeof OPTIONS)[number];
  field: string;
  minMs?: DurationMs;
  maxMs?: DurationMs;
  says: string;
}
const SPANS: readonly Span[] = [
  { option: "rateLimit", field: "period", minMs: SECOND, maxMs: DAY, says: "from 1s to 24h" },
  { option: "throttle", field: "period", minMs: SECOND, says: "of 1s or more" },
  { option: "debounce", field: "period", minMs: SECOND, maxMs: 7 * DAY, says: "from 1s to 7d" },
  { option: "debounce", field: "timeout", says: "like 30s or 1h" },
  { option: "batchEvents", field: "timeout", minMs: SECOND, says: "of 1s or more, without days or weeks" },
];

/** Reports every option that is used and not built, and mistakes in them. */
export function unbuiltProblems(item: JsonObject, findings: Findings): void {
  const used = OPTIONS.filter((option) => !isAbsent(item[option]));
  for (const option of used) findings.notBuilt(option);
  if (used.includes("batchEvents"))
    for (const other of NOT_WITH_BATCH)
      if (!isAbsent(item[other]))
        findings.invalid(
          `batchEvents cannot be combined with ${other === "cancel" ? "cancelOn" : other}. Remove one of them.`,
        );
  for (const span of SPANS) checkSpan(item, span, findings);
}

function checkSpan(item: JsonObject, span: Span, findings: Findings): void {
  const holder = item[span.option];
  const value = isObject(holder) ? holder[span.field] : undefined;
  if (value === undefined || value === null) return;
  const ms = typeof value === "string" ? findings.checks.duration(value) : null;
  const wordy = span.option === "batchEvents" && typeof value === "string" && /[wd]/.test(value);
  if (ms !== null && !wordy && ms >= (span.minMs ?? 0) && ms <= (span.maxMs ?? ms)) return;
  findings.invalid(`${span.option}.${span.field} (${JSON.stringify(value)}) is not a duration ${span.says}.`);
}
