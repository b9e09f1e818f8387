/** What ends a run early: `cancelOn` and `timeouts` (semantics §6.9, §6.10). */
import type { CancelRule, DurationMs, FunctionConfig, Json } from "@stepwell/core";
import { type Findings, isAbsent, unknownKeys } from "./function-config.ts";
import { isObject } from "./json.ts";

const MAX_CANCEL = 5;

/** @returns undefined when there is no entry */
export function readCancelOn(cancel: Json | undefined, findings: Findings): CancelRule[] | undefined {
  if (cancel === undefined || isAbsent(cancel)) return undefined;
  if (!Array.isArray(cancel)) {
    findings.invalid("cancelOn must be a list of objects with `event`.");
    return undefined;
  }
  if (cancel.length > MAX_CANCEL)
    findings.invalid(
      `cancelOn has ${cancel.length} entries; at most ${MAX_CANCEL} are allowed. Remove some.`,
    );
  return cancel.flatMap((entry) => readEntry(entry, findings));
}

function readEntry(entry: Json, findings: Findings): CancelRule[] {
  if (!isObject(entry) || typeof entry.event !== "string" || entry.event === "") {
    findings.invalid("an entry of cancelOn has no `event`. Give it the name of an event.");
    return [];
  }
  for (const key of unknownKeys(entry, ["event", "if", "timeout"])) findings.notBuilt(`cancelOn.${key}`);
  const rule: CancelRule = { event: entry.event };
  const { if: condition, timeout } = entry;
  if (typeof condition === "string" && condition.trim() !== "") {
    const why = findings.checks.cancelExpression(condition);
    if (why !== null) findings.invalid(`cancelOn.if (${JSON.stringify(condition)}) cannot be used: ${why}.`);
    rule.if = condition;
  } else if (typeof condition !== "string" && condition !== undefined && condition !== null)
    findings.invalid("cancelOn.if must be text: an expression over `event` and `async`.");
  if (timeout !== undefined && timeout !== null && timeout !== "") {
    if (typeof timeout === "string" && isEnd(timeout, findings)) rule.timeout = timeout;
    else findings.invalid(`cancelOn.timeout (${JSON.stringify(timeout)}) is neither a duration nor a date.`);
  }
  return [rule];
}

/** A duration, or an absolute time (semantics §12). */
function isEnd(text: string, findings: Findings): boolean {
  if (findings.checks.duration(text) !== null) return true;
  return /^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(Date.parse(text));
}

/**
 * Zero means no limit; what is no duration is told as a mistake rather than taken as none.
 * @returns undefined when there is no limit
 */
export function readTimeouts(value: Json | undefined, findings: Findings): FunctionConfig["timeouts"] {
  if (value === undefined || isAbsent(value)) return undefined;
  if (!isObject(value)) {
    findings.invalid("timeouts must be an object with `start`, `finish`.");
    return undefined;
  }
  for (const key of unknownKeys(value, ["start", "finish"])) findings.notBuilt(`timeouts.${key}`);
  const startMs = readSpan(value.start, "start", findings);
  const finishMs = readSpan(value.finish, "finish", findings);
  if (startMs === 0 && finishMs === 0) return undefined;
  return { ...(startMs === 0 ? {} : { startMs }), ...(finishMs === 0 ? {} : { finishMs }) };
}

function readSpan(value: Json | undefined, name: "start" | "finish", findings: Findings): DurationMs {
  if (value === undefined || value === null || value === "") return 0;
  const ms = typeof value === "string" ? findings.checks.duration(value) : null;
  if (ms === null)
    findings.invalid(`timeouts.${name} (${JSON.stringify(value)}) is not a duration like 30s or 1h.`);
  return ms ?? 0;
}
